using System.Diagnostics;
using System.Globalization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Tensors.Kernels;

namespace DiffusionSharp.Bench;

/// <summary>The quick measure: GFLOP/s of every workload and the fraction of the multiply-add peak of the threads in use.</summary>
/// <remarks>Each figure is the best of several runs: on a shared machine the least disturbed run is the one that says something about the code.</remarks>
internal static class KernelTable
{
    private const double SecondsPerFigure = 0.15;

    public static int Run(string[] options)
    {
        var threads = Math.Min(2, Environment.ProcessorCount);
        var filter = string.Empty;
        for (var i = 0; i < options.Length; i += 2)
        {
            if (i + 1 < options.Length && options[i] == "--threads" && int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0)
            {
                threads = given;
            }
            else if (i + 1 < options.Length && options[i] == "--filter")
            {
                filter = options[i + 1];
            }
            else
            {
                Console.Error.WriteLine($"kernels: expected [--threads N] [--filter TEXT], got '{string.Join(' ', options)}'.");
                return 2;
            }
        }

        using var parallelism = new Parallelism(threads);
        var peak = Peak(parallelism);
        Print($"{MachinePeak.Vectors} vectors, {threads} thread(s), multiply-add peak {peak / 1e9:F0} GFLOP/s");
        Print($"{"convolution",-20} {"forward",17} {"input gradient",17} {"weight gradient",17}   (GFLOP/s, ms, share of peak)");
        foreach (var shape in Workloads.Convolutions.Where(s => s.Name.Contains(filter, StringComparison.Ordinal)))
        {
            var call = new ConvCall(shape, parallelism);
            var figures = new Action[] { call.Forward, call.GradInput, call.GradWeight }.Select(pass => Figure(shape.Operations, peak, pass)).ToArray();
            Print($"{shape.Name,-20} {string.Join(' ', figures)}");
        }

        Print($"{"product m×n×k",-22}");
        foreach (var shape in Workloads.Products.Where(s => s.Name.Contains(filter, StringComparison.Ordinal)))
        {
            var call = new GemmCall(shape, parallelism);
            Print($"{shape.Name,-22} {Figure(shape.Operations, peak, call.Run)}");
        }

        return 0;
    }

    private static double Peak(Parallelism parallelism)
    {
        const int Rounds = 2_000_000;
        var best = double.PositiveInfinity;
        var operations = 0.0;
        for (var trial = 0; trial < 10; trial++)
        {
            var body = new PeakBody(Rounds);
            var start = Stopwatch.GetTimestamp();
            parallelism.For(parallelism.Threads, ref body);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            operations = MachinePeak.Run(1, out _) * Rounds * parallelism.Threads;
        }

        return operations / best;
    }

    private static string Figure(double operations, double peak, Action pass)
    {
        var best = double.PositiveInfinity;
        var begin = Stopwatch.GetTimestamp();
        for (var run = 0; run < 5 || Stopwatch.GetElapsedTime(begin).TotalSeconds < SecondsPerFigure; run++)
        {
            var start = Stopwatch.GetTimestamp();
            pass();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{operations / best / 1e9,5:F0} {best * 1e3,6:F2} {operations / best / peak,4:P0}");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private readonly struct PeakBody(int rounds) : ITileBody
    {
        public void Run(int tile) => MachinePeak.Run(rounds, out _);
    }
}
