using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>Clips every value of the data estimate to [−range, range].</summary>
/// <remarks>What the published code of Ho et al. 2020, arXiv:2006.11239, does with x̂₀ (eq. 15) on pictures in [−1, 1].</remarks>
public sealed class ClippedDenoiser : ConstrainedDenoiser
{
    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">Whose estimates are clipped.</param>
    /// <param name="range">The largest absolute value data has, above 0; 1 for pictures in [−1, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not positive and finite.</exception>
    public ClippedDenoiser(Denoiser inner, double range = 1)
        : base(inner) => Range = Guard.Above(range, 0, "ClippedDenoiser: range");

    /// <summary>The largest absolute value of an estimate.</summary>
    public double Range { get; }

    /// <inheritdoc/>
    public override Tensor Constrain(Tensor data) => data.Clamp(-Range, Range);

    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new ClippedDenoiser(inner, Range);

    /// <inheritdoc/>
    protected override Tensor ConstrainBack(Tensor data, Tensor cotangent) => Tensor.Create(data.Shape, values =>
    {
        for (var i = 0; i < values.Length; i++) values[i] = Math.Abs(data.Values[i]) <= Range ? cotangent.Values[i] : 0;
    });
}
