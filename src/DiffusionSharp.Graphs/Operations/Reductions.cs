namespace DiffusionSharp.Graphs.Operations;

/// <summary>Scale · sum over neighbouring axes, which disappear.</summary>
/// <param name="Axis">The first of them, from the outermost.</param>
/// <param name="AxisCount">How many, at least 1.</param>
/// <param name="Scale">Multiplies the sum: 1, or one over the number of summed values for a mean.</param>
public sealed record Sum(int Axis, int AxisCount, float Scale) : Operation;

/// <summary>Largest value over neighbouring axes, which disappear.</summary>
/// <param name="Axis">The first of them, from the outermost.</param>
/// <param name="AxisCount">How many, at least 1.</param>
public sealed record Max(int Axis, int AxisCount) : Operation;

/// <summary>exp(x)/Σexp(x) over the innermost axis.</summary>
public sealed record Softmax : Operation;
