using System.CommandLine;
using System.Globalization;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Reports;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion theory</c>: runs experiments and writes a page of them.</summary>
internal static class TheoryCommand
{
    /// <summary>A command that works.</summary>
    public const string Example = "diffusion theory all --quick --out theory";

    private const string All = "all";

    private static string WithPictures => string.Join(", ", ExperimentCatalog.All.Where(e => e.ShowsPictures).Select(e => e.Name));

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "Experiments of 'diffusion list experiments', or all.  [default: all]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var output = Options.Text("--out", "FOLDER", "Where index.html, results.json and the figures go.");
        output.Required = true;
        var quick = Options.Flag("--quick", "Smaller sizes, held to the wider tolerances that follow from them.");
        var seed = Options.Seed("Of all chance; the same seed gives the same files.  [default: 0]");
        var data = Options.Source($"Pictures that {WithPictures} turns to noise.  [default: digits]");
        var size = Options.Integer("--size", "With --data: width and height that a folder's pictures are cropped and resized to.", least: 8, most: 256);
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new GroupedCommand("theory", "Run the theory's experiments: each computes both sides of a formula and holds or fails.") { names }
            .With("Experiments", quick, seed, data, size)
            .With("Output and running", output, threads, json);
        names.CompletionSources.Add([All, .. ExperimentCatalog.All.Select(e => e.Name)]);
        command.SetAction(parse =>
        {
            var experiments = Find(parse.GetValue(names) ?? []);
            using var parallelism = new Parallelism(context.Threads(parse.GetValue(threads)));
            var pictures = Pictures(parse.GetValue(data), parse.GetValue(size), experiments, parallelism);
            var laboratory = new ExperimentContext(parse.GetValue(seed) ?? 0, parse.GetValue(quick), parallelism, context.Stop) { Pictures = pictures };
            return Run(experiments, parse.GetValue(output)!, laboratory, parse.GetValue(json), context);
        });
        return command;
    }

    private static List<Experiment> Find(string[] names)
    {
        if (names.Length == 0 || names.Contains(All, StringComparer.OrdinalIgnoreCase))
            return names.Length < 2 ? [.. ExperimentCatalog.All] : throw new UsageException($"theory: '{All}' stands alone, {names.Length} names were given.");
        foreach (var name in names)
        {
            if (ExperimentCatalog.All.Any(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase))) continue;
            var there = $"'diffusion list experiments' names all {ExperimentCatalog.All.Count}";
            throw new UsageException($"theory: {DidYouMean.Unknown(name, ExperimentCatalog.All.Select(e => e.Name), there)}");
        }

        // In the order of the course, each once.
        return [.. ExperimentCatalog.All.Where(e => names.Contains(e.Name, StringComparer.OrdinalIgnoreCase))];
    }

    private static DataSource? Pictures(string? source, int? size, List<Experiment> experiments, Parallelism parallelism)
    {
        if (source is null) return size is null ? null : throw new UsageException("theory: --size belongs to --data.");
        if (!experiments.Any(e => e.ShowsPictures))
            throw new UsageException($"theory: --data gives pictures to {WithPictures}; none of them was asked for.");
        var opened = DataSource.Open(source, new DataSourceOptions(Size: size), parallelism);
        return opened.IsPictures && opened.SampleShape[2] is 1 or 3
            ? opened
            : throw new UsageException($"--data: {source} holds samples {opened.SampleShape}; pictures of 1 or 3 channels are expected.");
    }

    /// <summary>Runs experiments and writes their page.</summary>
    /// <returns>1 where one of them fails.</returns>
    internal static int Run(IReadOnlyList<Experiment> experiments, string path, ExperimentContext laboratory, bool json, CommandContext context)
    {
        TheoryFolder folder;
        try
        {
            folder = new TheoryFolder(path, new ReportHeader(laboratory.Seed, laboratory.Quick, experiments.Count));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var named = error.Message.StartsWith(path, StringComparison.Ordinal);
            throw new UsageException($"--out: {(named ? "" : $"the folder {path} cannot be made: ")}{error.Message}");
        }

        using var display = new ProgressDisplay(context.Console, context.Clock, "experiments", quiet: json, unit: null);
        var failed = new List<string>();
        foreach (var (index, experiment) in experiments.Index())
        {
            display.Report(index, experiments.Count, experiment.Name);
            var from = display.Seconds;
            ExperimentResult result;
            try
            {
                result = experiment.Run(laboratory);
            }
            catch (OperationCanceledException)
            {
                throw new StoppedException(index == 0
                    ? "before the first experiment was done; nothing was written."
                    : $"after {index} of {experiments.Count} experiments; {folder.Page} shows them.");
            }

            folder.Add(result);
            if (!result.Passed) failed.Add(experiment.Name);
            var seconds = display.Seconds - from;
            var head = string.Create(CultureInfo.InvariantCulture, $"[{index + 1,2}/{experiments.Count}] {experiment.Name,-25}");
            foreach (var line in json ? [JsonLine.Of(Members(experiment, result, seconds))] : Lines(head, result, seconds)) display.Result(line);
        }

        var all = display.Seconds;
        display.Dispose();
        var output = context.Console.Out;
        var holds = failed.Count == 0;
        if (json)
        {
            output.WriteLine(JsonLine.Of(
                ("passed", holds), ("experiments", experiments.Count), ("failed", failed.ToArray()), ("page", folder.Page), ("seconds", all)));
        }
        else
        {
            var outcome = holds ? "all hold" : $"{failed.Count} of {experiments.Count} failed: {string.Join(", ", failed)}";
            output.WriteLine($"{outcome}; {Say.Duration(all)}");
            output.WriteLine($"open {Say.Quoted(folder.Page)}");
        }

        return holds ? ExitCode.Success : ExitCode.Failed;
    }

    private static (string, object?)[] Members(Experiment experiment, ExperimentResult result, double seconds) =>
    [
        ("experiment", experiment.Name),
        ("passed", result.Passed),
        ("checks", result.Checks.Count),
        ("failed", result.Checks.Where(c => !c.Passed).Select(c => c.What).ToArray()),
        ("failure", result.Failure),
        ("seconds", seconds),
    ];

    private static IEnumerable<string> Lines(string head, ExperimentResult result, double seconds)
    {
        var checks = result.Checks.Count == 1 ? "1 check" : $"{result.Checks.Count} checks";
        yield return $"{head} {(result.Passed ? "holds" : "FAILS")}  {checks}, {Say.Duration(seconds)}";
        if (result.Failure is { } failure) yield return $"        broke down: {failure}";
        foreach (var check in result.Checks.Where(c => !c.Passed))
        {
            var relation = check.Relation switch { Relation.Equal => "≈", Relation.AtMost => "≤", _ => "≥" };
            var claim = $"{Say.Number(check.Measured)} {relation} {Say.Number(check.Expected)} ± {Say.Number(check.Tolerance.Value)}";
            yield return $"        {check.What}: {claim} does not hold";
        }
    }
}
