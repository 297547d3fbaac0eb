using DiffusionSharp.Statistics;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>A measured figure with all that is needed to compare it with another's.</summary>
/// <param name="Name">What it is: <c>elbo</c>, <c>elbo-prior</c>, …</param>
/// <param name="Unit"><c>bits/dim</c>, or <c>data units</c>.</param>
/// <param name="Measured">The figure, its standard error, and how many independent values it comes from.</param>
/// <param name="ErrorOver">What the standard error is over.</param>
/// <param name="Nats">The same in nats a sample, without offset; null where it is no likelihood.</param>
/// <param name="Notes">How it was measured, one short statement each.</param>
/// <param name="Details">Further numbers by name.</param>
public sealed record EvaluationFigure(
    string Name,
    string Unit,
    Measurement Measured,
    string ErrorOver,
    Measurement? Nats,
    IReadOnlyList<string> Notes,
    IReadOnlyList<(string Name, double Value)> Details);
