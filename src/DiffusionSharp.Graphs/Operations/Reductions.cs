namespace DiffusionSharp.Graphs.Operations;

/// <summary>Scale · sum over <paramref name="AxisCount"/> neighbouring axes, which disappear.</summary>
public sealed record Sum(int Axis, int AxisCount, float Scale) : Operation;

/// <summary>Largest value over neighbouring axes, which disappear.</summary>
public sealed record Max(int Axis, int AxisCount) : Operation;

/// <summary>exp(x)/Σexp(x) over the innermost axis.</summary>
public sealed record Softmax : Operation;
