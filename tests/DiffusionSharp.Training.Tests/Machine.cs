using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Tests;

/// <summary>What the tests train on: this machine's processor.</summary>
internal static class Machine
{
    public static Executor Single { get; } = new CpuExecutor(Parallelism.Single);

    public static Executor On(Parallelism parallelism) => new CpuExecutor(parallelism);
}
