using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>DiffusionSharp against PyTorch: the same network, batch and threads, one after the other, each in a process of its own.</summary>
/// <remarks>The peer runs in both memory layouts and its faster one counts. Rounds alternate, so that a slow minute of the machine meets both.</remarks>
public static class PeerComparison
{
    private static readonly (string Model, string Mode, int Steps)[] Works = [("s", "train", 5), ("s", "forward", 7), ("m", "train", 5), ("mlp", "train", 60)];

    /// <summary><c>step --model s|m|mlp --mode train|forward [--batch N] [--steps N] [--warmup N] [--threads N]</c>: one JSON line.</summary>
    public static int RunStep(string[] options)
    {
        var o = new Options(options, "--model", "--mode", "--batch", "--steps", "--warmup", "--threads");
        using var parallelism = new Parallelism(o.Integer("--threads", 2));
        var work = NetworkWork.Create(o.Text("--model", "s"), o.Text("--mode", "train") == "train", o.Optional("--batch"), parallelism);
        var m = work.Measure(o.Integer("--warmup", 2), o.Integer("--steps", 5));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"seconds_per_step\":{m.SecondsPerStep:R},\"gflops\":{work.Operations / m.SecondsPerStep / 1e9:F1},\"gflop\":{work.Operations / 1e9:F2},\"arena_mb\":{work.ArenaBytes / 1048576.0:F1},\"peak_rss_mb\":{m.PeakMegabytes:F1},\"parameters\":{m.Parameters},\"allocated_bytes\":{m.AllocatedBytes}}}"));
        return 0;
    }

    /// <summary><c>peers [--rounds N] [--threads N] [--python PATH]</c>: a table of ratios, as Markdown.</summary>
    public static int Run(string[] options)
    {
        var o = new Options(options, "--rounds", "--threads", "--python");
        var (rounds, threads, python) = (o.Integer("--rounds", 3), o.Integer("--threads", 2), o.Text("--python", "/usr/bin/python3"));
        Console.WriteLine("| work | DiffusionSharp | PyTorch | PyTorch layout | ratio | memory ours | memory PyTorch |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (model, mode, steps) in Works)
        {
            var ours = new List<Measurement>();
            var theirs = new Dictionary<string, List<Measurement>> { ["contiguous"] = [], ["channels_last"] = [] };
            if (model == "mlp") theirs.Remove("channels_last");
            for (var round = 0; round < rounds; round++)
            {
                ours.Add(Ask(Environment.ProcessPath!, ["step", "--model", model, "--mode", mode, "--steps", $"{steps}", "--threads", $"{threads}"]));
                foreach (var (layout, measured) in theirs)
                    measured.Add(Ask(python, [Script(), "--model", model, "--mode", mode, "--layout", layout, "--steps", $"{steps}", "--warmup", "2", "--threads", $"{threads}"]));
            }

            var best = theirs.MinBy(l => Median(l.Value));
            var (us, them) = (Median(ours), Median(best.Value));
            if (ours[0].Parameters != best.Value[0].Parameters) throw new InvalidOperationException($"{model}: the networks differ, {ours[0].Parameters} and {best.Value[0].Parameters} parameters.");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {model} {mode} | {us * 1000:F1} ms | {them * 1000:F1} ms | {best.Key} | **{them / us:F2}×** | {ours.Max(m => m.PeakMegabytes):F0} MB | {best.Value.Max(m => m.PeakMegabytes):F0} MB |"));
        }

        return 0;
    }

    private static double Median(List<Measurement> rounds) => rounds.Select(m => m.SecondsPerStep).Order().ElementAt(rounds.Count / 2);

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DiffusionSharp.slnx"))) return Path.Combine(folder.FullName, "bench", "peers", "unet_torch.py");
        throw new InvalidOperationException("DiffusionSharp.slnx was not found above the benchmark.");
    }

    private static Measurement Ask(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        var root = json.RootElement;
        return new Measurement(root.GetProperty("seconds_per_step").GetDouble(), root.GetProperty("peak_rss_mb").GetDouble(), root.GetProperty("parameters").GetInt64());
    }
}
