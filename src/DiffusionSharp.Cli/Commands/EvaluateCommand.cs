using System.CommandLine;
using System.Globalization;
using System.Text;
using DiffusionSharp.Cli.Evaluation;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Sampling;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Evaluation;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion evaluate</c>: a trained model and data in, figures with their standard errors out.</summary>
internal static class EvaluateCommand
{
    /// <summary>A command that works once the one of <see cref="TrainCommand.Example"/> has.</summary>
    public const string Example = "diffusion evaluate moons-run --data moons";

    private const int PictureCount = 64, VectorCount = 1000, PictureBatch = 32, VectorBatch = 1024, PictureBits = 8;

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var model = new Argument<string>("RUN") { Description = "Folder of a run, or of one of its checkpoints." };
        var data = Options.Source("What to measure on: a built-in source, a folder, or a .npy file. A conditional model is given the classes of data that has them.");
        data.Required = true;
        var metrics = Metrics();
        var split = Options.Named("--split", "Which part of a source that comes in two.  [default: test]", EvaluationChoices.Splits);
        var count = Options.Integer("--count", "How many samples.  [default: 64 pictures, 1000 points]", most: 10_000_000);
        var seed = Options.Seed("Of the choice of samples and of all noise.  [default: 0]");
        var bits = Options.Integer("--bits", "Bit depth of pictures in bound and likelihood; 0 measures a density.  [default: 8]", 0, 16);
        var steps = Options.Integer("--steps", "Steps of the bound's chain.  [default: all trained levels, 1000 where time is continuous]", most: 100_000);
        var variance = Options.Named("--variance", "Variance of the chain's steps.  [default: what the model learned; else small on bits, large on a density]", Choices.Variances);
        var probes = Options.Integer("--probes", "Random probes of the divergence.  [default: exact up to 8 values a sample, else 4]", most: 10_000);
        var weights = Options.Text("--weights", "NAME", "ema, the average of the weights; raw, those of the last step; or one of the run's further averages.  [default: ema]");
        var batch = Options.Integer("--batch", "Samples at a time; memory grows with it, results do not depend on it.", most: 1_000_000);
        var labels = Options.Text("--labels", "FILE.npy", "The classes of a .npy source: whole numbers from 0, one for each sample.");
        var output = Options.Text("--out", "FILE.json", "Where the figures also go, as one JSON object.");
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new GroupedCommand("evaluate", "Measure a trained model on data, every figure with its standard error.") { model }
            .With("What to measure", data, metrics, split, count, labels, weights)
            .With("How", steps, variance, probes, bits, seed)
            .With("Output and running", output, batch, threads, json);
        command.SetAction(parse => Run(
            new EvaluateRequest(
                parse.GetValue(model)!,
                parse.GetValue(data)!,
                parse.GetValue(metrics) is { Length: > 0 } asked ? [.. asked.Distinct()] : [.. EvaluationChoices.Metrics.Entries.Select(e => e.Value)],
                parse.GetValue(split),
                parse.GetValue(count),
                parse.GetValue(seed) ?? 0,
                parse.GetValue(bits),
                parse.GetValue(steps),
                parse.GetValue(variance),
                parse.GetValue(probes),
                parse.GetValue(weights) ?? ModelWeights.Average,
                parse.GetValue(batch),
                parse.GetValue(labels),
                parse.GetValue(output),
                context.Threads(parse.GetValue(threads)),
                parse.GetValue(json)),
            context));
        return command;
    }

    private static Option<EvaluationMetric[]> Metrics() => Options.Completed(
        new Option<EvaluationMetric[]>("--metric")
        {
            Description = Options.WithNames("What to measure; may be given several times.  [default: all]", EvaluationChoices.Metrics.Names),
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

    private static int Run(EvaluateRequest request, CommandContext context)
    {
        MetricOptions.Check(request);
        var model = TrainedModel.Load(request.Model, request.Weights);
        var config = model.Config.ScheduleOrDefault();
        if (!config.IsContinuous() && request.Steps > config.LevelsOrDefault()) throw new UsageException($"--steps: at most the {config.LevelsOrDefault()} levels of this model's schedule, {request.Steps} was given.");
        VarianceChoice.Check(request.Variance, model);
        if (request.Labels is not null && model.Config.Conditioning is null) throw new UsageException("--labels: this model was trained without classes and reads no labels; leave them out.");
        if (request.Bits is > 0 && !model.IsPictures) throw new UsageException("--bits is of pictures; this model's samples are vectors, which have a density.");
        if (request.Out is { } path)
        {
            if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) throw new UsageException($"--out: {path} does not end in .json.");
            OutputFile.Check(path);
        }

        var bits = request.Bits ?? (model.IsPictures && MetricOptions.ReadBits(request) ? PictureBits : 0);
        var bins = bits > 0 ? new DataBins(bits) : null;
        var split = request.Split ?? (DataSource.HasTestPart(request.Data) ? DataSplit.Test : DataSplit.Train);
        using var parallelism = new Parallelism(request.Threads);
        var source = DataSource.Open(request.Data, new DataSourceOptions(model.Config.Size, model.Config.Channels, Split: split, Labels: request.Labels), parallelism);
        var count = request.Count ?? Math.Min(model.IsPictures ? PictureCount : VectorCount, source.Count);
        var samples = EvaluationData.Read(source, model, count, request.Seed, bins);
        var classes = EvaluationData.Labels(source, model, count, request.Seed);
        var variance = request.Variance ?? VarianceChoice.Of(model) ?? (bins is null ? DdpmVariance.FixedLarge : DdpmVariance.FixedSmall);
        var options = new EvaluationOptions(request.Seed, request.Batch ?? (model.IsPictures ? PictureBatch : VectorBatch), bins, request.Steps, variance, request.Probes);
        using var meter = new EvaluationMeter(context, request.Json);
        var evaluation = new ModelEvaluation(model, samples, options, parallelism, classes, meter.Count);
        List<EvaluationFigure> figures = [];
        foreach (var (i, metric) in request.Metrics.Index())
        {
            meter.Measure(EvaluationChoices.Metrics.NameOf(metric), i + 1, request.Metrics.Count);
            figures.AddRange(evaluation.Measure(metric));
        }

        var seconds = meter.Seconds;
        meter.Dispose();
        if (figures.FirstOrDefault(f => !double.IsFinite(f.Measured.Value)) is { } broken)
            throw new DivergedException($"{request.Model}: {broken.Name} is not a finite number; the model of step {model.Step} is not usable, take an earlier checkpoint.");
        var part = DataSource.HasTestPart(request.Data) ? EvaluationChoices.Splits.NameOf(split) : "all";
        (string, object?)[] members =
        [
            ("run", request.Model),
            ("trainedSteps", model.Step),
            ("data", request.Data),
            ("split", part),
            ("count", count),
            ("seed", request.Seed),
            ("bits", bits),
            ("labels", model.Config.Conditioning is null ? null : classes is null ? "none" : "data"),
            ("dimension", model.SampleShape.Count),
            ("figures", figures.Select(Members).ToArray()),
        ];
        if (request.Out is { } file) AtomicFile.Write(file, Encoding.UTF8.GetBytes(JsonLine.Of(members) + "\n"));
        if (request.Json) context.Console.Out.WriteLine(JsonLine.Of([.. members, ("passes", meter.Passes), ("seconds", seconds)]));
        else Report(request, context.Console.Out, model, count, part, figures, meter.Passes, seconds);
        return DiffusionCommand.Success;
    }

    private static void Report(EvaluateRequest request, TextWriter output, TrainedModel model, int count, string part, List<EvaluationFigure> figures, long passes, double seconds)
    {
        output.WriteLine($"{request.Model}, step {model.Step}, on {Say.Count(count)} samples of {request.Data} ({part}), seed {request.Seed}; {Say.Count(passes)} passes through the network, {Say.Duration(seconds)}");
        var table = new TextTable();
        foreach (var figure in figures)
        {
            var nats = figure.Nats is { } n ? $"{Number(n.Value)} ± {Number(n.StandardError)} nats" : "";
            table.Add(figure.Name, $"{Number(figure.Measured.Value)} ± {Number(figure.Measured.StandardError)} {figure.Unit}", nats, $"± over {figure.ErrorOver}, n = {figure.Measured.Count}");
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
    private static string Number(double value) => double.IsNaN(value) ? "?" : value.ToString("G5", CultureInfo.InvariantCulture);
}
