using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Training;

/// <summary>Shows a run while it trains: progress to a person, objects to a program.</summary>
internal abstract class TrainingReport
{
    /// <summary>The report that fits where the command writes.</summary>
    public static TrainingReport For(CommandContext context, bool json) => json ? new JsonTrainingReport(context) : new TextTrainingReport(context);

    /// <summary>What is about to be trained.</summary>
    public abstract void Begin(TrainingRun run, string folder);

    /// <summary>Trains to the end and shows each step.</summary>
    /// <returns>The last step; null where none was left to do.</returns>
    public abstract TrainingProgress? Follow(TrainingRun run);

    /// <summary>What came out.</summary>
    public abstract void End(string folder, TrainingProgress last, double seconds);

    /// <summary>Nothing was left to do.</summary>
    public abstract void Complete(string folder, int steps);
}
