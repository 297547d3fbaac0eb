using DiffusionSharp.Tensors;

namespace DiffusionSharp.Integration;

/// <summary>The right-hand side of dy/dt = f(y, t), each sample at a time of its own.</summary>
/// <param name="y">States, [N, …].</param>
/// <param name="times">One time per sample.</param>
/// <returns>The slopes in the shape of <paramref name="y"/>; row k must depend on row k of the state and on its time alone.</returns>
public delegate Tensor RightHandSide(Tensor y, ReadOnlySpan<double> times);

/// <summary>A solution where all samples have arrived at one output time.</summary>
/// <param name="Time">The output time.</param>
/// <param name="Y">The states there, [N, …].</param>
/// <param name="Slope">f(Y, Time), already known: the first slope of the steps that follow.</param>
/// <param name="Evaluations">How often the right-hand side was asked so far, for the whole batch at once.</param>
/// <param name="Accepted">Steps accepted so far, summed over the samples.</param>
/// <param name="Rejected">Steps refused so far, summed over the samples.</param>
/// <param name="LargestError">The largest error estimate of an accepted step so far, in units of the tolerance: at most 1.</param>
public sealed record OdePoint(double Time, Tensor Y, Tensor Slope, int Evaluations, long Accepted, long Rejected, double LargestError);
