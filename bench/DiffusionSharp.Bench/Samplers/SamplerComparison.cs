using System.Diagnostics;
using System.Globalization;
using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench.Samplers;

/// <summary>Error against calls of the denoiser for every sampler of the catalog: the tables and plots of the guide.</summary>
internal static class SamplerComparison
{
    private const string Begin = "<!-- tables: begin -->", End = "<!-- tables: end -->";

    // One of each family, no more than a plot has colours.
    private static readonly string[] Drawn = ["ddim", "heun", "deis-3", "dpmpp-2m", "unipc-2", "ddpm", "dpmpp-2m-sde"];

    /// <summary><c>samplers --page FILE.md [--model RUN] [--only NAME,…]</c>: measures, rewrites the page's tables and the plots beside it.</summary>
    public static int Run(string[] args)
    {
        string? page = null, model = null, only = null;
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            if (args[i] == "--page") page = args[i + 1];
            else if (args[i] == "--model") model = args[i + 1];
            else if (args[i] == "--only") only = args[i + 1];
            else return Usage();
        }

        if (args.Length % 2 != 0 || page is null || !File.Exists(page)) return Usage();
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) return Usage();
        using var parallelism = new Parallelism(Environment.ProcessorCount);
        var names = only?.Split(',');
        var entries = SamplerCatalog.All.Where(e => names is null || names.Contains(e.Name)).ToList();
        var folder = Path.GetDirectoryName(Path.GetFullPath(page))!;
        var tables = new StringBuilder().Append(Begin).Append('\n');
        ComparisonProblem[] problems = model is null ? [new MixtureProblem()] : [new MixtureProblem(), new ModelProblem(model, parallelism)];
        foreach (var problem in problems)
        {
            var clock = Stopwatch.StartNew();
            var rows = new List<ComparisonRow>();
            foreach (var entry in entries.Where(e => problem.Refusal(e) is null))
            {
                rows.Add(ComparisonRow.Measure(problem, entry, parallelism));
                Console.WriteLine($"{problem.Title}: {Line(rows[^1])}");
            }

            var plot = $"samplers-{(problem is MixtureProblem ? "mixture" : "model")}.svg";
            AtomicFile.Write(Path.Combine(folder, plot), Encoding.UTF8.GetBytes(Plot(problem, rows)));
            Append(tables, problem, rows, plot, [.. entries.Where(e => problem.Refusal(e) is not null).Select(e => $"`{e.Name}`: {problem.Refusal(e)}")], clock.Elapsed);
        }

        File.WriteAllText(page, text[..begin] + tables.Append(End) + text[(end + End.Length)..]);
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine($"samplers --page FILE.md [--model RUN] [--only NAME,...]: the page exists and holds the lines {Begin} and {End}.");
        return 2;
    }

    private static void Append(StringBuilder page, ComparisonProblem problem, List<ComparisonRow> rows, string plot, List<string> refused, TimeSpan elapsed)
    {
        page.Append('\n').Append("## ").Append(problem.Title).Append("\n\n");
        page.Append(Text($"![Error against calls of the denoiser]({plot})\n\n"));
        page.Append(Text($"{problem.Shape[0]} samples of every sampler and {problem.Data.Samples} of the data; two sets of these sizes from one law are {SameLaw(rows):G2} apart. Measured in {elapsed.TotalMinutes:0.0} min.\n\n"));
        page.Append("| sampler | order | noise | ").AppendJoin(" | ", problem.Budgets.Select(b => Text($"{b} calls"))).Append(" | ").AppendJoin(" | ", problem.Budgets.Select(b => Text($"flow, {b}"))).Append(" |\n");
        page.Append("|---|---|---|").Insert(page.Length, "---|", 2 * problem.Budgets.Count).Append('\n');
        foreach (var row in rows) page.Append("| ").Append(Line(row)).Append(" |\n");
        foreach (var reason in refused) page.Append(Text($"\nNot run: {reason}.\n"));
    }

    private static string Line(ComparisonRow row)
    {
        var cells = new List<string> { $"`{row.Entry.Name}`", Text($"{row.Sampler.Order?.ToString(CultureInfo.InvariantCulture) ?? "–"}"), row.Sampler.IsDeterministic ? "no" : "yes" };
        cells.AddRange(row.Points.Select(p => p is null ? "–" : Text($"{p.Distance:0.0000}")));
        cells.AddRange(row.Points.Select(p => p?.FlowError is { } e ? Text($"{e:0.0e+0}") : "–"));
        return string.Join(" | ", cells);
    }

    private static double SameLaw(List<ComparisonRow> rows) => rows.SelectMany(r => r.Points).OfType<ComparisonPoint>().Select(p => p.SameLaw).Order().First();

    private static string Plot(ComparisonProblem problem, List<ComparisonRow> rows)
    {
        var drawn = rows.Where(r => Drawn.Contains(r.Entry.Name)).ToList();
        if (drawn.Count == 0) drawn = rows;
        SvgPlot Panel(string label, Func<ComparisonPoint, double?> value) => new([.. drawn
            .Select(r => (r.Entry.Name, Points: r.Points.OfType<ComparisonPoint>().Where(p => value(p) > 0).DistinctBy(p => p.Calls).ToList()))
            .Where(r => r.Points.Count > 0)
            .Select(r => new LineSeries(r.Name, [.. r.Points.Select(p => p.Calls)], [.. r.Points.Select(p => value(p)!.Value)]) { Markers = true })])
        {
            Title = problem.Title,
            XLabel = "calls of the denoiser a sample",
            YLabel = label,
            XScale = AxisScale.Log,
            YScale = AxisScale.Log,
        };
        return SvgPanels.Grid([Panel("sliced Wasserstein distance to the data", p => p.Distance), Panel("distance from the probability flow", p => p.FlowError)], 2);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
