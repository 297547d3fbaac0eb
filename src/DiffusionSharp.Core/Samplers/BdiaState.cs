using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>What <see cref="BdiaSampler"/> needs to return to data exactly: the states at the first two times of its grid.</summary>
/// <param name="Noise">The state at the grid's start, [N, …].</param>
/// <param name="Next">The state at the grid's second time, or at its end if it has one step.</param>
public sealed record BdiaState(Tensor Noise, Tensor Next);
