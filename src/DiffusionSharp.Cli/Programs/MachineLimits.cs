using DiffusionSharp.Cpu;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Programs;

/// <summary>What this machine can do at best with the threads in use, measured.</summary>
/// <param name="Flops">Floating-point operations a second of independent multiply-adds.</param>
/// <param name="Bytes">Bytes a second from and to memory that no cache holds.</param>
internal sealed record MachineLimits(double Flops, double Bytes)
{
    private const int Rounds = 1_000_000, Trials = 8;

    /// <summary>Measures both in about a quarter of a second; the least disturbed trial counts.</summary>
    public static MachineLimits Measure(Parallelism parallelism, TimeProvider clock)
    {
        var memory = new MachineBandwidth();
        memory.Run(parallelism);
        var work = new PeakBody();
        var flops = MachinePeak.Run(1, out _) * Rounds * parallelism.Threads;
        return new MachineLimits(
            flops / Best(clock, () => parallelism.For(parallelism.Threads, ref work)),
            MachineBandwidth.BytesPerRun / Best(clock, () => memory.Run(parallelism)));
    }

    private static double Best(TimeProvider clock, Action run)
    {
        var best = double.PositiveInfinity;
        for (var trial = 0; trial < Trials; trial++)
        {
            var begun = clock.GetTimestamp();
            run();
            best = Math.Min(best, clock.GetElapsedTime(begun).TotalSeconds);
        }

        return Math.Max(best, 1e-9);
    }

    private readonly struct PeakBody : ITileBody
    {
        public void Run(int tile) => MachinePeak.Run(Rounds, out _);
    }
}
