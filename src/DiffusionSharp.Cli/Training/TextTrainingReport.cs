using System.Globalization;
using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>A run for a person: what is trained, progress, and in the end where the results are.</summary>
internal sealed class TextTrainingReport(CommandContext context) : TrainingReport
{
    private const int MostNames = 20;

    // Steps over which the loss is averaged: that of a single batch jumps.
    private const double LossMemory = 50;

    private double loss;

    /// <inheritdoc/>
    public override void Begin(TrainingSetup setup, Trainer trainer, string run)
    {
        var (config, source) = (setup.Config, setup.Source);
        var table = new TextTable();
        table.Add("recipe", setup.Recipe);
        foreach (var change in setup.Changes) table.Add("changed", change);
        table.Add("data", $"{config.Data}: {Say.Count(source.Count)} samples of {Say.Sample(source.SampleShape)}");
        if (config.Conditioning is { } c) table.Add("classes", $"{Say.Count(c.Classes)}{(c.Names is { } names ? $": {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? ", …" : "")}" : "")}");
        table.Add("network", $"{(config.UNet is null ? "MLP" : "U-Net")}, {Say.Count(trainer.Parameters)} parameters, predicts {config.Prediction.ToString().ToLowerInvariant()}");
        table.Add("memory", $"{Say.Bytes(trainer.ArenaBytes)} activations, gradients and scratch; {Say.Bytes(TrainingMemory.StateBytes(trainer))} weights, average and moments");
        table.Add("run", $"{run}, steps {(trainer.FirstStep == 0 ? "" : $"{Say.Count(trainer.FirstStep)} to ")}{Say.Count(config.Steps)} of {Say.Count(config.Batch)} samples");
        table.Write(context.Console.Error, context.Console.IsTerminal ? context.Console.Width : null);
        foreach (var warning in trainer.Warnings) context.Note(Line(warning));
    }

    /// <inheritdoc/>
    public override TrainingProgress? Follow(Trainer trainer)
    {
        using var display = new ProgressDisplay(context, "training", unit: "samples", perStep: trainer.Config.Batch);
        var (config, seen) = (trainer.Config, 0);
        TrainingProgress? last = null;
        display.Report(trainer.FirstStep, config.Steps);
        display.Activity(AfterStep(config, trainer.FirstStep + 1));
        foreach (var step in trainer.Run(context.Clock, context.Stop))
        {
            last = step;
            loss += (step.Loss - loss) / Math.Min(++seen, LossMemory);
            if (step.Warning is { } warning) display.Note(Line(warning));
            display.Activity(AfterStep(config, step.Step + 1));
            display.Report(step.Step, step.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.0000}"));
        }

        return last;
    }

    /// <inheritdoc/>
    public override void End(string run, TrainingProgress last, double seconds)
    {
        var table = new TextTable();
        table.Add("trained", string.Create(CultureInfo.InvariantCulture, $"step {Say.Count(last.Step)} after {Say.Duration(seconds)}, loss {loss:0.0000}"));
        if (last.Sheet is { } sheet) table.Add("samples", Path.GetRelativePath(".", sheet));
        if (last.Checkpoint is { } checkpoint) table.Add("model", Path.GetRelativePath(".", checkpoint));
        table.Add("next", SampleHint.For(run));
        table.Write(context.Console.Out);
    }

    /// <inheritdoc/>
    public override void Complete(string run, int steps) =>
        context.Console.Out.WriteLine($"The run is complete: all {Say.Count(steps)} steps are done. Next: {SampleHint.For(run)}");

    // What follows a step takes longer than the step; the trainer is heard of again when all of it is done.
    private static string AfterStep(RunConfig config, int step) =>
        step >= config.Steps || (config.SampleEvery > 0 && step % config.SampleEvery == 0) ? "writing a checkpoint and drawing a sheet of samples"
        : step % config.CheckpointEvery == 0 ? "writing a checkpoint"
        : "";

    private static string Line(TrainingWarning warning) => $"warning: {warning.Message}";
}
