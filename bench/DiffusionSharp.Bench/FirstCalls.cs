using System.Diagnostics;
using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>What the first calls of a network take in a fresh process, when nothing is compiled yet: medians over processes.</summary>
public static class FirstCalls
{
    private static readonly int[] Shown = [1, 2, 3, 10, 100, 500];

    /// <summary><c>first-call [--model s|m|mlp] [--mode train|forward] [--batch N] [--threads N] [--rounds N] [--clock wall|processor]</c>: one line of milliseconds by call; 0 rounds: this process alone.</summary>
    /// <remarks>On a busy machine the processor's time on one thread says more than the wall's; it holds what the compiler does beside the calls.</remarks>
    public static int Run(string[] options)
    {
        var o = new Options(options, "--model", "--mode", "--batch", "--threads", "--rounds", "--clock");
        var rounds = o.Integer("--rounds", 5);
        if (rounds == 0)
        {
            Console.WriteLine(string.Join(' ', Measure(o).Select(m => m.ToString("R", CultureInfo.InvariantCulture))));
            return 0;
        }

        var measured = Enumerable.Range(0, rounds).Select(_ => Ask(options)).ToList();
        Console.WriteLine($"| built | {string.Join(" | ", Shown.Select(call => $"call {call}"))} |");
        Console.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", Shown.Length + 1))}");
        Console.WriteLine($"| {string.Join(" | ", Enumerable.Range(0, Shown.Length + 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"{measured.Select(m => m[i]).Order().ElementAt(rounds / 2):F1} ms")))} |");
        return 0;
    }

    private static List<double> Measure(Options o)
    {
        var clock = o.Text("--clock", "wall") switch
        {
            "wall" => () => Stopwatch.GetElapsedTime(0),
            "processor" => (Func<TimeSpan>)(() => Environment.CpuUsage.TotalTime),
            var other => throw new ArgumentException($"--clock: wall or processor is expected, not '{other}'."),
        };
        var begun = clock();
        using var parallelism = new Parallelism(o.Integer("--threads", 2));
        var work = NetworkWork.Create(o.Text("--model", "s"), o.Text("--mode", "forward") == "train", o.Integer("--batch", 1), parallelism);
        List<double> milliseconds = [(clock() - begun).TotalMilliseconds];
        for (var call = 1; call <= Shown[^1]; call++)
        {
            begun = clock();
            work.Step();
            if (Shown.Contains(call)) milliseconds.Add((clock() - begun).TotalMilliseconds);
        }

        return milliseconds;
    }

    private static double[] Ask(string[] options)
    {
        // The last of two equal options counts.
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["first-call", .. options, "--rounds", "0"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The benchmark did not start itself.");
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException("A round failed.");
        return [.. line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }
}
