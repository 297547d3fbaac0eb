using System.Text.Json;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Training;

/// <summary>One object a line, each with an <c>event</c>: start, warning, step, end.</summary>
internal sealed class JsonTrainingReport(CommandContext context) : TrainingReport
{
    /// <inheritdoc/>
    public override void Begin(TrainingRun run, string folder)
    {
        using var config = JsonDocument.Parse(ConfigJson.Write(run.Config));
        Line(
            ("event", "start"),
            ("run", folder),
            ("recipe", run.Recipe),
            ("changed", run.Changes),
            ("notes", run.Notes),
            ("samples", run.Data.Count),
            ("sampleShape", run.Data.SampleShape.Dimensions.ToArray()),
            ("parameters", run.Parameters),
            ("programBytes", run.ProgramBytes),
            ("stateBytes", run.StateBytes),
            ("firstStep", run.FirstStep),
            ("config", config.RootElement));
        foreach (var warning in run.Warnings) Warn(warning);
    }

    /// <inheritdoc/>
    public override TrainingProgress? Follow(TrainingRun run)
    {
        var (losses, steps) = (0.0, 0);
        TrainingProgress? last = null;
        foreach (var step in run.Steps(stop: context.Stop))
        {
            last = step;
            losses += step.Loss;
            steps++;
            if (step.Warning is { } warning) Warn(warning);
            if (step.Step % run.Config.LogEvery != 0 && step.Step != step.Steps && step.Checkpoint is null) continue;
            Line(
                ("event", "step"),
                ("step", step.Step),
                ("steps", step.Steps),
                ("loss", losses / steps),
                ("gradientNorm", step.GradientNorm),
                ("rate", step.Rate),
                ("samplesPerSecond", step.SamplesPerSecond),
                ("secondsLeft", step.SecondsLeft),
                ("sheet", step.Sheet),
                ("checkpoint", step.Checkpoint));
            (losses, steps) = (0, 0);
        }

        return last;
    }

    /// <inheritdoc/>
    public override void End(string folder, TrainingProgress last, double seconds) =>
        Line(
            ("event", "end"),
            ("run", folder),
            ("step", last.Step),
            ("seconds", seconds),
            ("sheet", last.Sheet),
            ("checkpoint", last.Checkpoint),
            ("next", SampleHint.For(folder)));

    /// <inheritdoc/>
    public override void Complete(string folder, int steps) =>
        Line(("event", "complete"), ("run", folder), ("step", steps), ("next", SampleHint.For(folder)));

    private void Warn(TrainingWarning warning)
    {
        var kind = JsonNamingPolicy.CamelCase.ConvertName(warning.Kind.ToString());
        Line(("event", "warning"), ("kind", kind), ("step", warning.Step), ("message", warning.Message));
    }

    private void Line(params IReadOnlyList<(string, object?)> members)
    {
        context.Console.Out.WriteLine(JsonLine.Of(members));
        context.Console.Out.Flush();
    }
}
