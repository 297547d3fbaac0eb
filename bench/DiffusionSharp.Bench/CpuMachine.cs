using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>What is measured: this machine's processor.</summary>
internal static class CpuMachine
{
    public static Executor On(Parallelism parallelism) => new CpuExecutor(parallelism);
}
