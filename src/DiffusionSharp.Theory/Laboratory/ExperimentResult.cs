namespace DiffusionSharp.Theory.Laboratory;

/// <summary>What one run of an experiment gave.</summary>
/// <param name="Experiment">Which it was.</param>
/// <param name="Checks">Every assertion with both sides, in order.</param>
/// <param name="Values">Numbers reported beside them.</param>
/// <param name="Figures">What was drawn.</param>
/// <param name="Failure">What ended the run before its time, in one line; null where it ran to its end.</param>
public sealed record ExperimentResult(
    Experiment Experiment,
    IReadOnlyList<Check> Checks,
    IReadOnlyList<ReportedValue> Values,
    IReadOnlyList<ExperimentFigure> Figures,
    string? Failure)
{
    /// <summary>Whether the experiment ran to its end, asserted something, and all of it held.</summary>
    public bool Passed => Failure is null && Checks.Count > 0 && Checks.All(c => c.Passed);
}
