using System.Globalization;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Networks.Inspection;

namespace DiffusionSharp.Cli.Programs;

/// <summary>A profile in words or as an object: rows of each phase, phases, and the whole, beside what the machine can do.</summary>
/// <param name="network">Whose program was timed.</param>
/// <param name="program">What was timed.</param>
/// <param name="runs">How often.</param>
/// <param name="threads">With how many.</param>
/// <param name="summary">Its plan.</param>
/// <param name="rows">The times of its steps, in groups.</param>
/// <param name="limits">What the machine can do.</param>
internal sealed class ProfileReport(
    NamedNetwork network, NetworkProgram program, int runs, int threads, PlanSummary summary, IReadOnlyList<ProfileRow> rows, MachineLimits limits)
{
    private const string Caveat =
        "Operations are those of the plain algorithm: Winograd's convolutions may pass the peak. "
        + "Bytes count each operand once: what stays in a cache may pass the memory's.";

    private readonly ProfileRow total = Together("total", rows);

    private double SamplesPerSecond => program.Samples / total.Seconds;

    public void Write(TextWriter output)
    {
        var with = $"{threads} thread{(threads == 1 ? "" : "s")}; medians of {Say.Count(runs)} runs";
        output.WriteLine($"{network.Describe(program)}, {with}");
        var (flops, bytes) = (limits.Flops / 1e9, limits.Bytes / 1e9);
        output.WriteLine(Invariant($"this machine at best: {flops:0} GFLOP/s of multiply-adds, {bytes:0.0} GB/s of memory"));
        output.WriteLine();
        var table = new TextTable();
        table.Add("what", "steps", "ms", "share", "GFLOP/s", "of peak", "GB/s", "of peak");
        foreach (var phase in rows.GroupBy(r => r.Phase))
        {
            table.Add(Say.Word(phase.Key));
            foreach (var row in phase) Add(table, row, "  ");
            Add(table, Together("  all", phase), "");
        }

        Add(table, total, "");
        table.Write(output);
        output.WriteLine();
        var values = $"arena {Say.Bytes(summary.ArenaBytes)}, gradients {Say.Bytes(summary.GradientBytes)}";
        var state = $"parameters {Say.Bytes(summary.ParameterBytes)}, optimizer {Say.Bytes(summary.OptimizerBytes)}";
        output.WriteLine(Invariant($"{SamplesPerSecond:0.0} samples/s; {values}, {state}"));
        output.WriteLine(Caveat);
    }

    public IReadOnlyList<(string Key, object? Value)> Members() =>
    [
        ("network", network.Name),
        ("training", program.Training),
        ("batch", program.Samples),
        ("threads", threads),
        ("runs", runs),
        ("precision", Say.Word(program.Config.Precision)),
        ("peakFlopsPerSecond", limits.Flops),
        ("peakBytesPerSecond", limits.Bytes),
        ("rows", rows.Select(Object)),
        ("phases", rows.GroupBy(r => r.Phase).Select(g => Object(Together("all", g)))),
        ("seconds", total.Seconds),
        ("flops", total.Flops),
        ("bytes", total.Bytes),
        ("samplesPerSecond", SamplesPerSecond),
        ("arenaBytes", summary.ArenaBytes),
    ];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static ProfileRow Together(string name, IEnumerable<ProfileRow> rows) => rows.Aggregate(
        new ProfileRow(name, Phase.Forward, 0, 0, 0, 0),
        (sum, r) => new ProfileRow(name, r.Phase, sum.Steps + r.Steps, sum.Seconds + r.Seconds, sum.Flops + r.Flops, sum.Bytes + r.Bytes));

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
        ("phase", Say.Word(row.Phase)),
        ("steps", row.Steps),
        ("seconds", row.Seconds),
        ("share", row.Seconds / total.Seconds),
        ("flops", row.Flops),
        ("bytes", row.Bytes),
        ("ofPeakFlops", row.Flops / row.Seconds / limits.Flops),
        ("ofPeakBytes", row.Bytes / row.Seconds / limits.Bytes),
    ];

    private static string Share(double part, double whole)
    {
        var share = part / whole;
        return double.IsFinite(share) ? (100 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "–";
    }
}
