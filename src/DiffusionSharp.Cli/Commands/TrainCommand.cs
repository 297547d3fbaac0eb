using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Training;
using DiffusionSharp.Tensors;
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
        var schedule = Options.Named("--schedule", "How noise grows with time.", Choices.Schedules);
        var precision = Options.Precision("fast allows Winograd's convolutions, exact rules them out; part of the run, since it changes bits.  [default: fast]");
        var conditional = Options.Flag("--conditional", "Learn the class of each sample too, for 'sample --class' and guidance; for sources that have labels.");
        var dropout = Options.Real("--label-dropout", "Chance that a label is dropped, so that the model also learns without.  [default: 0.1]", x => x is >= 0 and < 1, "a number of at least 0 and below 1");
        var labels = Options.Text("--labels", "FILE.npy", "The classes of a .npy source: whole numbers from 0, one for each sample; other sources bring their own.");
        var accumulate = Options.Integer("--accumulate", "Equal parts in which the batch of a step is computed, one after another: as many times less memory, the same step but for rounding.  [default: 1]", most: 1_000_000);
        var halfLife = Options.Real("--ema-half-life", "Steps after which a weight's share in the average has halved, with EDM's ramp-up of 0.05; several averages at once come by --config (moreEma).", x => x > 0, "a finite number of steps above 0");
        var storage = Options.Named("--store", "Type of the weights in the files that are sampled, while training goes on from float32.  [default: float32]", Choices.Storages);
        var threads = Options.Threads();
        var resume = Options.Flag("--resume", "Go on with the run in --out from its newest checkpoint; other options may be left out.");
        var json = Options.Json();
        var command = new GroupedCommand("train", "Train a model on a source of data.")
            .With("What to train on", data, size, channels)
            .With("Recipe", preset, config, prediction, schedule)
            .With("Optimisation", steps, batch, accumulate, rate, halfLife, seed)
            .With("Classes", conditional, dropout, labels)
            .With("Output and running", output, resume, storage, precision, threads, json);
        command.SetAction(parse => Run(
            new TrainRequest(
                parse.GetValue(data),
                parse.GetValue(output)!,
                parse.GetValue(preset),
                parse.GetValue(config),
                parse.GetValue(steps),
                parse.GetValue(batch),
                parse.GetValue(seed),
                parse.GetValue(size),
                parse.GetValue(channels),
                parse.GetValue(rate),
                parse.GetValue(prediction),
                parse.GetValue(schedule),
                parse.GetValue(precision),
                parse.GetValue(conditional),
                parse.GetValue(dropout),
                parse.GetValue(labels),
                parse.GetValue(accumulate),
                parse.GetValue(halfLife),
                parse.GetValue(storage),
                context.Threads(parse.GetValue(threads)),
                parse.GetValue(resume),
                parse.GetValue(json)),
            context));
        return command;
    }

    private static int Run(TrainRequest request, CommandContext context)
    {
        using var parallelism = new Parallelism(request.Threads);
        var begun = context.Clock.GetTimestamp();
        var setup = TrainingSetup.From(request, parallelism);
        if (!request.Resume && new RunFolder(request.Out).Exists) throw new UsageException($"{new RunFolder(request.Out).Path}: a run is here already; go on with --resume, or choose another folder.");
        var trainer = request.Resume
            ? Trainer.Resume(setup.Config, setup.Source, request.Out, parallelism)
            : Trainer.Start(setup.Config, setup.Source, request.Out, parallelism);
        var report = TrainingReport.For(context, request.Json);
        report.Begin(setup, trainer, request.Out);
        if (trainer.FirstStep >= trainer.Config.Steps)
        {
            trainer.DrawMissingSheet();
            report.Complete(request.Out, trainer.FirstStep);
            return DiffusionCommand.Success;
        }

        TrainingProgress? last;
        try
        {
            last = report.Follow(trainer);
        }
        catch (IOException error) when (new RunFolder(request.Out).CheckpointSteps().Count > 0)
        {
            throw new IOException($"{error.Message.TrimEnd('.')}; {GoOn(request)}", error);
        }

        if (last is null || last.Step < last.Steps)
        {
            var where = last is null ? "before the first step" : $"at step {Say.Count(last.Step)} of {Say.Count(last.Steps)}, with a checkpoint";
            throw new StoppedException($"{where}; {GoOn(request)}");
        }

        report.End(request.Out, last, context.Clock.GetElapsedTime(begun).TotalSeconds);
        return DiffusionCommand.Success;
    }

    private static string GoOn(TrainRequest request) => $"go on with: diffusion train --out {Say.Quoted(request.Out)} --resume";
}
