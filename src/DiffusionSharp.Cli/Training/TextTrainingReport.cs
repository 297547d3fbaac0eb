using System.Globalization;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Training;

/// <summary>A run for a person: what is trained, progress, and in the end where the results are.</summary>
internal sealed class TextTrainingReport(CommandContext context) : TrainingReport
{
    // Steps over which the loss is averaged: that of a single batch jumps.
    private const double LossMemory = 50;

    private double loss;

    /// <inheritdoc/>
    public override void Begin(TrainingRun run, string folder)
    {
        var (config, source) = (run.Config, run.Data);
        var table = new TextTable();
        table.Add("recipe", run.Recipe);
        foreach (var change in run.Changes) table.Add("changed", change);
        table.Add("data", $"{config.Data}: {Say.Count(source.Count)} samples of {Say.Sample(source.SampleShape)}");
        if (config.Conditioning is { } c) table.Add("classes", $"{Say.Count(c.Classes)}{(c.Names is { } names ? $": {Say.Names(names)}" : "")}");
        var kind = config.UNet is null ? "MLP" : "U-Net";
        table.Add("network", $"{kind}, {Say.Count(run.Parameters)} parameters, predicts {Say.Word(config.Prediction)}");
        table.Add("memory", $"{Say.Bytes(run.ProgramBytes)} activations, gradients and scratch; {Say.Bytes(run.StateBytes)} weights, average and moments");
        var from = run.FirstStep == 0 ? "" : $"{Say.Count(run.FirstStep)} to ";
        table.Add("run", $"{folder}, steps {from}{Say.Count(config.Steps)} of {Say.Count(config.Batch)} samples");
        table.Write(context.Console.Error, context.Console.IsTerminal ? context.Console.Width : null);
        foreach (var note in run.Notes) context.Note($"note: {note}");
        foreach (var warning in run.Warnings) context.Note(Line(warning));
    }

    /// <inheritdoc/>
    public override TrainingProgress? Follow(TrainingRun run)
    {
        using var display = new ProgressDisplay(context.Console, context.Clock, "training", unit: "samples", perStep: run.Config.Batch);
        var seen = 0;
        TrainingProgress? last = null;
        display.Report(run.FirstStep, run.Config.Steps);
        foreach (var step in run.Steps(doing => display.Activity(Words(doing)), context.Stop))
        {
            last = step;
            loss += (step.Loss - loss) / Math.Min(++seen, LossMemory);
            if (step.Warning is { } warning) display.Note(Line(warning));
            display.Activity("");
            display.Report(step.Step, step.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.0000}"), step.SecondsLeft);
        }

        return last;
    }

    /// <inheritdoc/>
    public override void End(string folder, TrainingProgress last, double seconds)
    {
        var table = new TextTable();
        table.Add("trained", string.Create(CultureInfo.InvariantCulture, $"step {Say.Count(last.Step)} after {Say.Duration(seconds)}, loss {loss:0.0000}"));
        if (last.Sheet is { } sheet) table.Add("samples", Path.GetRelativePath(".", sheet));
        if (last.Checkpoint is { } checkpoint) table.Add("model", Path.GetRelativePath(".", checkpoint));
        table.Add("next", SampleHint.For(folder));
        table.Write(context.Console.Out);
    }

    /// <inheritdoc/>
    public override void Complete(string folder, int steps) =>
        context.Console.Out.WriteLine($"The run is complete: all {Say.Count(steps)} steps are done. Next: {SampleHint.For(folder)}");

    /// <summary>What a run does beside its steps; empty where it is done.</summary>
    public static string Words(TrainingActivity doing) => doing.Done >= doing.Total ? "" : doing.Kind switch
    {
        TrainingActivityKind.Data => "reading the data",
        TrainingActivityKind.Network => "building the network",
        TrainingActivityKind.Checkpoint => "writing a checkpoint",
        _ => $"drawing a sheet of samples, step {doing.Done} of {doing.Total}",
    };

    private static string Line(TrainingWarning warning) => $"warning: {warning.Message}";
}
