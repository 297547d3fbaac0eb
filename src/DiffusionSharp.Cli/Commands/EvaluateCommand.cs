using System.CommandLine;
using System.Text;
using DiffusionSharp.Cli.Evaluation;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Sampling;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Evaluation;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion evaluate</c>: a trained model and data in, figures with their standard errors out.</summary>
internal static class EvaluateCommand
{
    /// <summary>A command that works once the one of <see cref="TrainCommand.Example"/> has.</summary>
    public const string Example = "diffusion evaluate moons-run --data moons";

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var model = new Argument<string>("MODEL") { Description = "Folder of a run, or of one of its checkpoints, or the file of a model." };
        var data = Options.Source(
            "What to measure on: a built-in source, a folder, or a .npy file. A conditional model is given the classes of data that has them.  "
            + "[default: the data of the run, its test part where there is one]");
        var metrics = Metrics();
        var part = Options.Named("--split", "Which part of a source that comes in two.  [default: test]", EvaluationChoices.Splits);
        var count = Options.Integer("--count", "How many samples.  [default: 16 pictures, 1000 points]", most: 10_000_000);
        var seed = Options.Seed("Of the choice of samples and of all noise.  [default: 0]");
        var bits = Options.Integer("--bits", "Bit depth of pictures in bound and likelihood; 0 measures a density.  [default: 8]", 0, 16);
        var steps = Options.Integer(
            "--steps",
            "Steps of the bound's chain.  [default: 250 for pictures; for points all trained levels, 1000 where time is continuous]",
            most: 100_000);
        var variance = Options.Named(
            "--variance",
            "Variance of the chain's steps.  [default: what the model learned; else small on bits, large on a density]",
            Choices.Variances);
        var probes = Options.Integer(
            "--probes",
            "Random probes of the divergence.  [default: exact up to 8 values a sample, else 1 for the likelihood, 2 for the residual]",
            most: 10_000);
        var tolerance = Options.PositiveReal(
            "--tolerance", "Error a step of the likelihood's solver may make.  [default: 1e-3 for pictures, 1e-5 for points]");
        var weights = Options.Weights();
        var batch = Options.BatchOfWork();
        var labels = Options.Text("--labels", "FILE.npy", "The classes of a .npy source: whole numbers from 0, one for each sample.");
        var output = Options.Text("--out", "FILE.json", "Where the figures also go, as one JSON object.");
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new GroupedCommand("evaluate", "Measure a trained model on data, every figure with its standard error.") { model }
            .With("What to measure", data, metrics, part, count, labels, weights)
            .With("How", steps, variance, probes, tolerance, bits, seed)
            .With("Output and running", output, batch, threads, json);
        command.SetAction(parse =>
        {
            var options = new EvaluateOptions
            {
                Metrics = parse.GetValue(metrics),
                Count = parse.GetValue(count),
                Seed = parse.GetValue(seed) ?? 0,
                Bits = parse.GetValue(bits),
                Steps = parse.GetValue(steps),
                Variance = parse.GetValue(variance),
                Probes = parse.GetValue(probes),
                Tolerance = parse.GetValue(tolerance),
                Batch = parse.GetValue(batch),
            };
            if (parse.GetValue(output) is { } path)
            {
                if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) throw new UsageException($"--out: {path} does not end in .json.");
                OutputFile.Check(path);
            }

            var name = parse.GetValue(model)!;
            var opened = DiffusionModel.Open(name, new OpenOptions { Weights = parse.GetValue(weights), Threads = context.Threads(parse.GetValue(threads)) });
            var source = parse.GetValue(data) ?? DataOf(opened.Config!);
            var split = parse.GetValue(part) ?? (DataSource.HasTestPart(source) ? DataSplit.Test : DataSplit.Train);

            // Other data have other labels, or none.
            var usual = parse.GetValue(data) is null ? opened.DataOptions.Labels : null;
            var asked = opened.DataOptions with { Split = split, Labels = parse.GetValue(labels) ?? usual };
            return Run(name, opened, source, asked, options, parse.GetValue(output), parse.GetValue(json), context);
        });
        return command;
    }

    // A run knows where its data lay, a model's file only what it was called.
    private static string DataOf(RunConfig config) => DataSource.BuiltIn.ContainsKey(config.Data) || Path.Exists(config.Data)
        ? config.Data
        : throw new UsageException($"--data is needed: the data that the model was trained on, {config.Data}, is not here.");

    private static Option<EvaluationMetric[]> Metrics() => Options.Completed(
        new Option<EvaluationMetric[]>("--metric")
        {
            Description = Options.WithNames(
                "What to measure; may be given several times.  [default: elbo, likelihood, sliced-wasserstein; for points score-fokker-planck too]",
                EvaluationChoices.Metrics.Names),
            HelpName = "NAME",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
            {
                var found = new List<EvaluationMetric>();
                foreach (var token in result.Tokens)
                {
                    if (EvaluationChoices.Metrics.TryFind(token.Value, out var metric)) found.Add(metric);
                    else result.AddError($"--metric: {EvaluationChoices.Metrics.Unknown(token.Value)}");
                }

                return [.. found];
            },
        },
        [.. EvaluationChoices.Metrics.Entries.Select(e => e.Name)]);

    private static int Run(
        string name, DiffusionModel model, string data, DataSourceOptions asked, EvaluateOptions options, string? file, bool json, CommandContext context)
    {
        using var decoding = new Parallelism(context.Threads(null));
        var source = DataSource.Open(data, asked, decoding);
        var part = DataSource.HasTestPart(data) ? EvaluationChoices.Splits.NameOf(asked.Split) : "all";
        var begun = context.Clock.GetTimestamp();
        EvaluationReport report;
        using (var meter = new EvaluationMeter(context, json)) report = meter.Watch(() => model.Evaluate(source, options, meter, context.Stop));
        var seconds = context.Clock.GetElapsedTime(begun).TotalSeconds;
        (string, object?)[] members =
        [
            ("run", name),
            ("trainedSteps", model.TrainedSteps),
            ("data", data),
            ("split", part),
            ("count", report.Count),
            ("seed", report.Seed),
            ("bits", report.Bits),
            ("labels", report.WithLabels switch { null => null, true => "data", false => "none" }),
            ("dimension", model.SampleShape.Count),
            ("figures", report.Figures.Select(Members).ToArray()),
        ];
        if (file is not null) AtomicFile.Write(file, Encoding.UTF8.GetBytes(JsonLine.Of(members) + "\n"));
        if (json)
        {
            context.Console.Out.WriteLine(JsonLine.Of([.. members, ("passes", report.Passes), ("seconds", seconds)]));
            return ExitCode.Success;
        }

        var what = $"{name}, step {model.TrainedSteps}, on {Say.Count(report.Count)} samples of {data} ({part}), seed {report.Seed}";
        Write(context.Console.Out, $"{what}; {Say.Count(report.Passes)} passes through the network, {Say.Duration(seconds)}", report.Figures);
        return ExitCode.Success;
    }

    private static void Write(TextWriter output, string head, IReadOnlyList<EvaluationFigure> figures)
    {
        output.WriteLine(head);
        var table = new TextTable();
        foreach (var figure in figures)
        {
            var measured = $"{Number(figure.Measured.Value)} ± {Number(figure.Measured.StandardError)} {figure.Unit}";
            var nats = figure.Nats is { } n ? $"{Number(n.Value)} ± {Number(n.StandardError)} nats" : "";
            table.Add(figure.Name, measured, nats, $"± over {figure.ErrorOver}, n = {figure.Measured.Count}");
        }

        table.Write(output);
        foreach (var figure in figures.Where(f => f.Notes.Count > 0)) output.WriteLine($"{figure.Name}: {string.Join("; ", figure.Notes)}");
    }

    private static (string, object?)[] Members(EvaluationFigure figure) =>
    [
        ("name", figure.Name),
        ("unit", figure.Unit),
        ("value", figure.Measured.Value),
        ("standardError", figure.Measured.StandardError),
        ("errorOver", figure.ErrorOver),
        ("count", figure.Measured.Count),
        ("nats", figure.Nats?.Value),
        ("natsStandardError", figure.Nats?.StandardError),
        .. figure.Details.Select(d => (d.Name, (object?)d.Value)),
        ("notes", figure.Notes),
    ];

    // NaN: a single sample has no error.
    private static string Number(double value) => double.IsNaN(value) ? "?" : Say.Number(value);
}
