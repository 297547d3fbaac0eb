using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Training.Runs;
using Spectre.Console;

namespace DiffusionSharp.Cli.Training;

/// <summary>A bar that moves, for a person at a terminal.</summary>
internal sealed class BarTrainingReport(CommandContext context) : TextTrainingReport(context)
{
    // How often numbers change: as fast as they can be read.
    private const double Refresh = 0.5;

    /// <inheritdoc/>
    public override TrainingProgress? Follow(Trainer trainer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Context.Console.Out), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        return console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(bars => Draw(bars.AddTask("first step", maxValue: trainer.Config.Steps), trainer, console));
    }

    private TrainingProgress? Draw(ProgressTask bar, Trainer trainer, IAnsiConsole console)
    {
        var pace = new TrainingPace(Context.Clock, trainer.Config.Batch);
        TrainingProgress? last = null;
        bar.Value = trainer.FirstStep;
        foreach (var step in trainer.Run(Context.Clock, Context.Stop))
        {
            pace.Add(step.Loss);

            // The console that draws the bar puts the line above it.
            if (step.Warning is { } warning) console.WriteLine(Line(warning));
            if (last is null || pace.Seconds >= Refresh || step.Step == step.Steps) bar.Description = Numbers(pace.Take(step.Steps - step.Step));
            bar.Value = step.Step;
            last = step;
        }

        bar.StopTask();
        return last;
    }
}
