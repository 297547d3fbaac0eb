using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Sampling;

/// <summary>A model of one schedule that answers for another: the state is rescaled to the level of its own that has the same σ/α.</summary>
/// <remarks>
/// <code>
/// D′(x, t′) = D((α(t)/α′(t′)) x, t)      with σ(t)/α(t) = σ′(t′)/α′(t′)
/// </code>
/// A density scales with the state, p′(x) = p(k x) kᵈ for the factor k. Exact, since x/α is one process on every schedule: Karras et al. 2022,
/// arXiv:2206.00364, section 2; Kingma et al. 2021, arXiv:2107.00630, section 5.1.
/// </remarks>
/// <param name="model">The model; it is asked at levels of <paramref name="own"/> alone.</param>
/// <param name="own">The schedule it was trained on; it must be as noisy as the levels that will be asked about.</param>
public sealed class BorrowedDenoiser(Denoiser model, Schedule own) : WrappingDenoiser(model)
{
    /// <summary>The factor on the state, from the level that is asked about and the model's own.</summary>
    public Func<NoiseLevel, NoiseLevel, double> Rescaling { get; init; } = (asked, owned) => owned.Alpha / asked.Alpha;

    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new BorrowedDenoiser(inner, own) { Rescaling = Rescaling };

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var (scaled, owned, _) = Owned(x, levels);
        return Inner.Denoise(scaled, owned);
    }

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        var (scaled, owned, factors) = Owned(x, levels);
        return Inner.VectorJacobian(scaled, owned, cotangent).ScaleSamples(factors);
    }

    /// <inheritdoc/>
    protected override (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var (scaled, owned, _) = Owned(x, levels);
        return Inner.DenoiseWithVariance(scaled, owned);
    }

    /// <inheritdoc/>
    protected override Tensor LogDensityOf(Tensor x, NoiseLevel level)
    {
        var owned = own.AtRatio(level.Ratio);
        var factor = Rescaling(level, owned);
        var stretched = x.Shape.Tail().Count * Math.Log(factor);
        return Inner.LogDensity(factor * x, owned).Map(density => density + stretched);
    }

    private (Tensor X, NoiseLevel[] Levels, double[] Factors) Owned(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var owned = new NoiseLevel[levels.Length];
        var factors = new double[levels.Length];
        for (var k = 0; k < levels.Length; k++)
        {
            owned[k] = k > 0 && levels[k] == levels[k - 1] ? owned[k - 1] : own.AtRatio(levels[k].Ratio);
            factors[k] = Rescaling(levels[k], owned[k]);
        }

        return (x.ScaleSamples(factors), owned, factors);
    }
}
