using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Cli.Training;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion train</c>: data in, a run folder out.</summary>
internal static class TrainCommand
{
    /// <summary>A command that works.</summary>
    public const string Example = "diffusion train --data moons --out moons-run";

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var data = Options.Source("A built-in source (see 'diffusion list sources'), a folder of pictures, of IDX files or of CIFAR-10, or a .npy file.");
        var output = Options.Text("--out", "RUN", "Folder of the run, made where it is missing.");
        output.Required = true;
        var preset = Options.Preset("The recipe; 'diffusion list presets' names them.  [default: by the shape of the samples]");
        var config = Options.Text("--config", "FILE", "A configuration such as the config.json of a run, instead of a preset.");
        var steps = Options.Integer("--steps", "Optimizer steps.");
        var batch = Options.Integer("--batch", "Samples a step.", most: 1_000_000);
        var seed = Options.Seed("Of the first weights, the order of the data and all noise.");
        var size = Options.Integer("--size", "Crop pictures to their middle square and resize them to this side.", most: 16384);
        var channels = Options.Integer("--channels", "Convert the pictures of a folder to 1 (grey), 3 (RGB) or 4 (RGBA) channels.", most: 4);
        var rate = Options.Real("--rate", "Learning rate before its schedule.", x => x > 0, "a finite number above 0");
        var prediction = Options.Named("--prediction", "What the network learns to give.", Choices.Predictions);
        var schedule = Options.Schedule("How noise grows with time.");
        var precision = Options.Precision(
            "fast allows Winograd's convolutions, exact rules them out; part of the run, since it changes bits.  [default: fast]");
        var conditional = Options.Flag("--conditional", "Learn the class of each sample too, for 'sample --class' and guidance; for sources that have labels.");
        var dropout = Options.Real(
            "--label-dropout",
            "Chance that a label is dropped, so that the model also learns without.  [default: 0.1]",
            x => x is >= 0 and < 1,
            "a number of at least 0 and below 1");
        var labels = Options.Text(
            "--labels", "FILE.npy", "The classes of a .npy source: whole numbers from 0, one for each sample; other sources bring their own.");
        var accumulate = Options.Integer(
            "--accumulate",
            "Equal parts in which the batch of a step is computed, one after another: as many times less memory, "
            + "the same step but for rounding.  [default: 1]",
            most: 1_000_000);
        var halfLife = Options.Real(
            "--ema-half-life",
            "Steps after which a weight's share in the average has halved, with EDM's ramp-up of 0.05; "
            + "several averages at once come by --config (moreEma).",
            x => x > 0,
            "a finite number of steps above 0");
        var storage = Options.Named(
            "--store",
            "Type of the weights in the files that are sampled, while training goes on from float32.  [default: float32]",
            Choices.Storages);
        var curve = Options.Named(
            "--rate-curve",
            "How the learning rate moves after its warm-up; where a run is lengthened, how it moves from there.  "
            + "[default: the recipe's; of a run that goes on, its own]",
            Choices.RateCurves);
        var from = Options.Text("--from", "MODEL", "A run, a checkpoint or a model's file of the same network, whose weights the new run begins with.");
        var threads = Options.Threads();
        var resume = Options.Flag(
            "--resume", "Go on with the run in --out from its newest checkpoint; other options may be left out. More --steps lengthen it.");
        var json = Options.Json();
        var command = new GroupedCommand("train", "Train a model on a source of data.")
            .With("What to train on", data, size, channels)
            .With("Recipe", preset, config, from, prediction, schedule)
            .With("Optimisation", steps, batch, accumulate, rate, curve, halfLife, seed)
            .With("Classes", conditional, dropout, labels)
            .With("Output and running", output, resume, storage, precision, threads, json);
        command.SetAction(parse =>
        {
            if (parse.GetValue(preset) is not null && parse.GetValue(config) is not null)
                throw new UsageException("--preset and --config both choose a recipe; give one of them.");
            var used = context.Threads(parse.GetValue(threads));
            var options = new TrainOptions
            {
                Preset = parse.GetValue(preset) is { } recipe ? Presets.Find(recipe) : null,
                Config = parse.GetValue(config) is { } file ? ConfigJson.ReadFile(file) : null,
                From = parse.GetValue(from) is { } start ? DiffusionModel.Open(start, new OpenOptions { Threads = used }) : null,
                Batch = parse.GetValue(batch),
                Seed = parse.GetValue(seed),
                Rate = parse.GetValue(rate),
                RateCurve = parse.GetValue(curve),
                Prediction = parse.GetValue(prediction),
                Schedule = parse.GetValue(schedule),
                Precision = parse.GetValue(precision),
                Conditional = parse.GetValue(conditional),
                LabelDropout = parse.GetValue(dropout),
                Accumulate = parse.GetValue(accumulate),
                EmaHalfLife = parse.GetValue(halfLife),
                Storage = parse.GetValue(storage),
                Resume = parse.GetValue(resume),
                Threads = used,
                Clock = context.Clock,
            };
            var asked = new DataSourceOptions(parse.GetValue(size), parse.GetValue(channels), Labels: parse.GetValue(labels));
            return Run(parse.GetValue(data), asked, parse.GetValue(output)!, parse.GetValue(steps), options, parse.GetValue(json), context);
        });
        return command;
    }

    private static int Run(string? data, DataSourceOptions asked, string folder, int? steps, TrainOptions options, bool json, CommandContext context)
    {
        var begun = context.Clock.GetTimestamp();
        TrainingRun run;
        using (var display = new ProgressDisplay(context.Console, context.Clock, "preparing", json, unit: null))
            run = TrainingRun.Prepare(data, asked, folder, steps, options, doing => display.Activity(TextTrainingReport.Words(doing)));
        var report = TrainingReport.For(context, json);
        report.Begin(run, folder);
        if (run.IsComplete)
        {
            run.DrawMissingSheet(context.Stop);
            report.Complete(folder, run.FirstStep);
            return ExitCode.Success;
        }

        TrainingProgress? last;
        try
        {
            last = report.Follow(run);
        }
        catch (IOException error) when (new RunFolder(folder).CheckpointSteps().Count > 0)
        {
            throw new IOException($"{error.Message.TrimEnd('.')}; {GoOn(folder)}", error);
        }

        if (last is null || last.Step < last.Steps)
        {
            var done = last?.Step ?? run.FirstStep;
            var where = done == 0 ? "before the first step" : $"at step {Say.Count(done)} of {Say.Count(run.Config.Steps)}, with a checkpoint";
            throw new StoppedException($"{where}; {GoOn(folder)}");
        }

        report.End(folder, last, context.Clock.GetElapsedTime(begun).TotalSeconds);
        return ExitCode.Success;
    }

    private static string GoOn(string folder) => $"go on with: diffusion train --out {Say.Quoted(folder)} --resume";
}
