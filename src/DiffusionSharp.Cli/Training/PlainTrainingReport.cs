using System.Globalization;
using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>A line now and then, for logs.</summary>
internal sealed class PlainTrainingReport(CommandContext context) : TextTrainingReport(context)
{
    // A twentieth of the run, but neither a flood nor a long silence.
    private const int Lines = 20;
    private const double LeastSeconds = 1, MostSeconds = 30;

    /// <inheritdoc/>
    public override TrainingProgress? Follow(Trainer trainer)
    {
        var pace = new TrainingPace(Context.Clock, trainer.Config.Batch);
        var every = Math.Max(1, trainer.Config.Steps / Lines);
        var width = Say.Count(trainer.Config.Steps).Length;
        TrainingProgress? last = null;
        var shown = trainer.FirstStep;
        foreach (var step in trainer.Run(Context.Clock, Context.Stop))
        {
            last = step;
            pace.Add(step.Loss);
            if (step.Warning is { } warning) Context.Console.Out.WriteLine(Line(warning));
            var due = (step.Step - shown >= every && pace.Seconds >= LeastSeconds) || pace.Seconds >= MostSeconds || step.Step == step.Steps;
            if (!due) continue;
            shown = step.Step;
            Context.Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {Say.Count(step.Step).PadLeft(width)}/{Say.Count(step.Steps)}  {Numbers(pace.Take(step.Steps - step.Step))}"));
        }

        return last;
    }
}
