using System.Text.Json;
using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>One object a line, each with an <c>event</c>: start, warning, step, end.</summary>
internal sealed class JsonTrainingReport(CommandContext context) : TrainingReport
{
    /// <inheritdoc/>
    public override void Begin(TrainingSetup setup, Trainer trainer, string run)
    {
        using var config = JsonDocument.Parse(ConfigJson.Write(setup.Config));
        Line(
            ("event", "start"),
            ("run", run),
            ("recipe", setup.Recipe),
            ("changed", setup.Changes),
            ("samples", setup.Source.Count),
            ("sampleShape", setup.Source.SampleShape.Dimensions.ToArray()),
            ("parameters", trainer.Parameters),
            ("programBytes", trainer.ArenaBytes),
            ("stateBytes", TrainingMemory.StateBytes(trainer)),
            ("firstStep", trainer.FirstStep),
            ("config", config.RootElement));
        foreach (var warning in trainer.Warnings) Warn(warning);
    }

    /// <inheritdoc/>
    public override TrainingProgress? Follow(Trainer trainer)
    {
        var pace = new TrainingPace(context.Clock, trainer.Config.Batch);
        TrainingProgress? last = null;
        foreach (var step in trainer.Run(context.Clock, context.Stop))
        {
            last = step;
            pace.Add(step.Loss);
            if (step.Warning is { } warning) Warn(warning);
            if (step.Step % trainer.Config.LogEvery != 0 && step.Step != step.Steps && step.Checkpoint is null) continue;
            var (loss, rate, left) = pace.Take(step.Steps - step.Step);
            Line(
                ("event", "step"),
                ("step", step.Step),
                ("steps", step.Steps),
                ("loss", loss),
                ("gradientNorm", step.GradientNorm),
                ("rate", step.Rate),
                ("samplesPerSecond", rate),
                ("secondsLeft", left),
                ("sheet", step.Sheet),
                ("checkpoint", step.Checkpoint));
        }

        return last;
    }

    /// <inheritdoc/>
    public override void End(string run, TrainingProgress last, double seconds) =>
        Line(("event", "end"), ("run", run), ("step", last.Step), ("seconds", seconds), ("sheet", last.Sheet), ("checkpoint", last.Checkpoint), ("next", SampleHint.For(run)));

    /// <inheritdoc/>
    public override void Complete(string run, int steps) => Line(("event", "complete"), ("run", run), ("step", steps), ("next", SampleHint.For(run)));

    private void Warn(TrainingWarning warning) => Line(("event", "warning"), ("kind", JsonNamingPolicy.CamelCase.ConvertName(warning.Kind.ToString())), ("step", warning.Step), ("message", warning.Message));

    private void Line(params IReadOnlyList<(string, object?)> members)
    {
        context.Console.Out.WriteLine(JsonLine.Of(members));
        context.Console.Out.Flush();
    }
}
