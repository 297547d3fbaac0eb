using System.Diagnostics;
using System.Globalization;
using DiffusionSharp.Cpu;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>The quick measure: GFLOP/s of every workload and the fraction of the multiply-add peak of the threads in use.</summary>
/// <remarks>
/// Each figure is the best of several runs: on a shared machine the least disturbed run is the one that says something about the code.
/// On a crowded machine <c>--cpu</c> counts the processor time of one thread instead of the time on the wall.
/// </remarks>
internal static class KernelTable
{
    private const double SecondsPerFigure = 0.15;
    private const double WarmUpSeconds = 0.25;

    private static bool processorTime;

    public static int Run(string[] options)
    {
        var threads = Math.Min(2, Environment.ProcessorCount);
        var filter = string.Empty;
        for (var i = 0; i < options.Length; i++)
        {
            var value = i + 1 < options.Length ? options[i + 1] : string.Empty;
            switch (options[i])
            {
                case "--cpu":
                    (processorTime, threads) = (true, 1);
                    break;
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0:
                    (threads, i) = (given, i + 1);
                    break;
                case "--filter" when value.Length > 0:
                    (filter, i) = (value, i + 1);
                    break;
                default:
                    Console.Error.WriteLine($"kernels: expected [--threads N | --cpu] [--filter TEXT], got '{string.Join(' ', options)}'.");
                    return 2;
            }
        }

        if (processorTime && threads != 1)
        {
            Console.Error.WriteLine("kernels: --cpu counts one thread; leave out --threads.");
            return 2;
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
            if (!Convolution.AllowsWinograd(shape.Geometry)) continue;
            call = new ConvCall(shape, parallelism, ConvMethod.Winograd);
            figures = new Action[] { call.Forward, call.GradInput, call.GradWeight }.Select(pass => Figure(shape.Operations, peak, pass)).ToArray();
            Print($"{"  winograd",-20} {string.Join(' ', figures)}");
        }

        Print($"{"product m×n×k",-22}");
        foreach (var shape in Workloads.Products.Where(s => s.Name.Contains(filter, StringComparison.Ordinal)))
        {
            var call = new GemmCall(shape, parallelism);
            Print($"{shape.Name,-22} {Figure(shape.Operations, peak, call.Run)}");
        }

        Print($"{"attention",-26} {"forward",17} {"gradient",17}");
        foreach (var shape in NormWorkloads.Attentions.Where(s => s.Name.Contains(filter, StringComparison.Ordinal)))
        {
            var call = new AttentionCall(shape, parallelism);
            Print($"{shape.Name,-26} {Figure(shape.Operations, peak, call.Forward)} {Figure(2.5 * shape.Operations, peak, call.Gradient)}");
        }

        Print($"{"group norm and SiLU",-26} {"forward",17} {"gradient",17}   (GB/s read and written once, ms)");
        foreach (var shape in NormWorkloads.Norms.Where(s => s.Name.Contains(filter, StringComparison.Ordinal)))
        {
            var call = new NormCall(shape, parallelism);
            Print($"{shape.Name,-26} {Traffic(2 * shape.Bytes, call.Forward)} {Traffic(3 * shape.Bytes, call.Gradient)}");
        }

        return 0;
    }

    private static double Peak(Parallelism parallelism)
    {
        const int Rounds = 2_000_000;
        var best = double.PositiveInfinity;
        var operations = 0.0;
        for (var trial = 0; trial < 20; trial++)
        {
            var body = new PeakBody(Rounds);
            var start = Clock();
            parallelism.For(parallelism.Threads, ref body);
            best = Math.Min(best, Clock() - start);
            operations = MachinePeak.Run(1, out _) * Rounds * parallelism.Threads;
        }

        return operations / best;
    }

    private static string Figure(double operations, double peak, Action pass)
    {
        var best = Best(pass);
        return string.Create(CultureInfo.InvariantCulture, $"{operations / best / 1e9,5:F0} {best * 1e3,6:F2} {operations / best / peak,4:P0}");
    }

    private static string Traffic(double bytes, Action pass)
    {
        var best = Best(pass);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / best / 1e9,8:F1} {best * 1e3,8:F3}");
    }

    private static double Best(Action pass)
    {
        // The runtime compiles hot methods again after some calls and a tenth of a second.
        var begin = Clock();
        while (Clock() - begin < WarmUpSeconds) pass();
        var best = double.PositiveInfinity;
        begin = Clock();
        for (var run = 0; run < 5 || Clock() - begin < SecondsPerFigure; run++)
        {
            var start = Clock();
            pass();
            best = Math.Min(best, Clock() - start);
        }

        return best;
    }

    private static double Clock() =>
        processorTime ? Environment.CpuUsage.TotalTime.TotalSeconds : Stopwatch.GetElapsedTime(0).TotalSeconds;

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private readonly struct PeakBody(int rounds) : ITileBody
    {
        public void Run(int tile) => MachinePeak.Run(rounds, out _);
    }
}
