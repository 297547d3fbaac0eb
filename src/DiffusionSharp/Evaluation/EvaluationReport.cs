using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp;

/// <summary>What was measured, and on what.</summary>
/// <param name="Figures">Each with its standard error and notes.</param>
/// <param name="Count">Samples of the data.</param>
/// <param name="Seed">Of the choice of samples and of all noise.</param>
/// <param name="Bits">Bit depth that pictures were measured on; 0: as a density.</param>
/// <param name="WithLabels">Whether the model was given the class of each sample; null where it has no classes.</param>
/// <param name="Passes">Passes through the network.</param>
public sealed record EvaluationReport(IReadOnlyList<EvaluationFigure> Figures, int Count, ulong Seed, int Bits, bool? WithLabels, long Passes)
{
    /// <summary>One figure a line, each with its error and unit.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Figures.Select(f => $"{f.Name}: {f.Measured} {f.Unit} over {f.ErrorOver}"));
}
