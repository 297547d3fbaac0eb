using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>The machines that networks run on: the one place that names them, for whoever is handed an <see cref="Executor"/>.</summary>
public static class Executors
{
    /// <summary>This machine's processor, with the managed kernels.</summary>
    /// <param name="parallelism">The threads; results do not depend on how many.</param>
    /// <param name="precision">What the kernels may trade for speed.</param>
    public static Executor Cpu(Parallelism parallelism, Precision precision = Precision.Fast) => new CpuExecutor(parallelism, precision);
}
