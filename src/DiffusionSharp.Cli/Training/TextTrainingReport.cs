using System.Globalization;
using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>What reports for people share: the head and the foot.</summary>
internal abstract class TextTrainingReport(CommandContext context) : TrainingReport
{
    private const int MostNames = 20;

    /// <summary>Where and when.</summary>
    protected CommandContext Context { get; } = context;

    /// <inheritdoc/>
    public sealed override void Begin(TrainingSetup setup, Trainer trainer, string run)
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
        table.Write(Context.Console.Out);
        foreach (var warning in trainer.Warnings) Context.Console.Out.WriteLine(Line(warning));
    }

    /// <inheritdoc/>
    public sealed override void End(string run, TrainingProgress last, double seconds)
    {
        var table = new TextTable();
        table.Add("trained", $"step {Say.Count(last.Step)} after {Say.Duration(seconds)}");
        if (last.Sheet is { } sheet) table.Add("samples", Path.GetRelativePath(".", sheet));
        if (last.Checkpoint is { } checkpoint) table.Add("model", Path.GetRelativePath(".", checkpoint));
        table.Add("next", SampleHint.For(run));
        table.Write(Context.Console.Out);
    }

    /// <inheritdoc/>
    public sealed override void Complete(string run, int steps) =>
        Context.Console.Out.WriteLine($"The run is complete: all {Say.Count(steps)} steps are done. Next: {SampleHint.For(run)}");

    /// <summary>One line of a warning.</summary>
    protected static string Line(TrainingWarning warning) => $"warning: {warning.Message}";

    /// <summary>One line of numbers.</summary>
    protected static string Numbers((double Loss, double SamplesPerSecond, double SecondsLeft) pace) =>
        string.Create(CultureInfo.InvariantCulture, $"loss {pace.Loss:0.0000}  {Say.Rate(pace.SamplesPerSecond)} samples/s  {Say.Duration(pace.SecondsLeft)} left");
}
