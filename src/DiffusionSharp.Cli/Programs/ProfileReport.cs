using System.Globalization;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Networks.Inspection;

namespace DiffusionSharp.Cli.Programs;

/// <summary>A profile in words or as an object: rows of each phase, phases, and the whole, beside what the machine can do.</summary>
internal sealed class ProfileReport(NamedNetwork network, bool training, int runs, int threads, PlanSummary summary, IReadOnlyList<ProfileRow> rows, MachineLimits limits)
{
    private readonly ProfileRow total = Together("total", rows);

    public void Write(TextWriter output)
    {
        output.WriteLine($"{network.Name}: {(training ? "a training step" : "the forward pass")} of {Say.Count(network.RunSize(training))} samples of {Say.Sample(network.SampleShape)}, {network.Config.Precision.ToString().ToLowerInvariant()}, {threads} thread{(threads == 1 ? "" : "s")}; medians of {Say.Count(runs)} runs");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"this machine at best: {limits.Flops / 1e9:0} GFLOP/s of multiply-adds, {limits.Bytes / 1e9:0.0} GB/s of memory"));
        output.WriteLine();
        var table = new TextTable();
        table.Add("what", "steps", "ms", "share", "GFLOP/s", "of peak", "GB/s", "of peak");
        foreach (var phase in rows.GroupBy(r => r.Phase))
        {
            table.Add(phase.Key.ToString().ToLowerInvariant());
            foreach (var row in phase) Add(table, row, "  ");
            Add(table, Together("  all", phase), "");
        }

        Add(table, total, "");
        table.Write(output);
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{network.RunSize(training) / total.Seconds:0.0} samples/s; arena {Say.Bytes(summary.ArenaBytes)}, gradients {Say.Bytes(summary.GradientBytes)}, parameters {Say.Bytes(summary.ParameterBytes)}, optimizer {Say.Bytes(summary.OptimizerBytes)}"));
        output.WriteLine("Operations are those of the plain algorithm: Winograd's convolutions may pass the peak. Bytes count each operand once: what stays in a cache may pass the memory's.");
    }

    public IReadOnlyList<(string Key, object? Value)> Members() =>
    [
        ("network", network.Name),
        ("training", training),
        ("batch", network.RunSize(training)),
        ("threads", threads),
        ("runs", runs),
        ("precision", network.Config.Precision.ToString().ToLowerInvariant()),
        ("peakFlopsPerSecond", limits.Flops),
        ("peakBytesPerSecond", limits.Bytes),
        ("rows", rows.Select(Object)),
        ("phases", rows.GroupBy(r => r.Phase).Select(g => Object(Together("all", g)))),
        ("seconds", total.Seconds),
        ("flops", total.Flops),
        ("bytes", total.Bytes),
        ("samplesPerSecond", network.RunSize(training) / total.Seconds),
        ("arenaBytes", summary.ArenaBytes),
    ];

    private static ProfileRow Together(string name, IEnumerable<ProfileRow> rows) =>
        rows.Aggregate(new ProfileRow(name, Phase.Forward, 0, 0, 0, 0), (sum, r) => new ProfileRow(name, r.Phase, sum.Steps + r.Steps, sum.Seconds + r.Seconds, sum.Flops + r.Flops, sum.Bytes + r.Bytes));

    private void Add(TextTable table, ProfileRow row, string indent) => table.Add(
        indent + row.Name,
        Say.Count(row.Steps),
        (row.Seconds * 1e3).ToString("0.00", CultureInfo.InvariantCulture),
        Share(row.Seconds, total.Seconds),
        (row.Flops / row.Seconds / 1e9).ToString("0.0", CultureInfo.InvariantCulture),
        Share(row.Flops / row.Seconds, limits.Flops),
        (row.Bytes / row.Seconds / 1e9).ToString("0.0", CultureInfo.InvariantCulture),
        Share(row.Bytes / row.Seconds, limits.Bytes));

    private IReadOnlyList<(string Key, object? Value)> Object(ProfileRow row) =>
    [
        ("name", row.Name),
        ("phase", row.Phase.ToString().ToLowerInvariant()),
        ("steps", row.Steps),
        ("seconds", row.Seconds),
        ("share", row.Seconds / total.Seconds),
        ("flops", row.Flops),
        ("bytes", row.Bytes),
        ("ofPeakFlops", row.Flops / row.Seconds / limits.Flops),
        ("ofPeakBytes", row.Bytes / row.Seconds / limits.Bytes),
    ];

    private static string Share(double part, double whole) => double.IsFinite(part / whole) ? (100 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "–";
}
