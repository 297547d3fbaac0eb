using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>Conditions on a linear measurement y = A x₀ + noise, with any sampler: diffusion posterior sampling as a denoiser.</summary>
/// <remarks>
/// <code>
/// p(y | x_t) ≈ N(y; A D(x_t), s²)        s² = σ_y² + r²        r² = v σ²/(α² v + σ²)
/// D′ = D + (σ²/α) ∇ ln p(y | x_t) = D + (σ²/α)/s² · (∂D/∂x)ᵀ Aᵀ (y − A D)
/// </code>
/// With v = 0 it is the estimate of Chung et al. 2023, arXiv:2209.14687, equation 16, which takes x₀ for known once D is. The variance r² that
/// x₀ still has given x_t (for data of variance v about its mean) is that of Song et al. 2023, "Pseudoinverse-guided diffusion models",
/// section 3.2; with it the guidance is exact for data N(m, v I) and rows of A that are orthonormal, at every level but pure noise: at α = 0
/// the Jacobian is 0 and what it would say is its quotient by α, so that a step that begins there is not guided.
/// </remarks>
public sealed class MeasurementGuidance : AdjustingDenoiser
{
    private readonly LinearOperator measurement;
    private readonly Tensor observed;
    private readonly double noise, noiseVariance, dataVariance;

    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">The unconditional denoiser; it must have a gradient.</param>
    /// <param name="measurement">A, the linear map from data to what was observed.</param>
    /// <param name="observed">y, [1, M] for all samples or [N, M].</param>
    /// <param name="noise">σ_y ≥ 0, the standard deviation of the measurement's noise.</param>
    /// <param name="dataVariance">v ≥ 0, the variance of the data; 0 with σ_y = 0 divides by zero and is refused.</param>
    /// <exception cref="ArgumentException">The denoiser has no gradient, or a value is out of range.</exception>
    public MeasurementGuidance(Denoiser inner, LinearOperator measurement, Tensor observed, double noise, double dataVariance = 1)
        : base(inner)
    {
        if (!inner.HasGradient)
            throw new ArgumentException(
                $"MeasurementGuidance: it needs a denoiser with a gradient, {inner} has none; inpainting by RePaint needs none.", nameof(inner));
        (this.measurement, this.observed, this.noise) = (measurement, Measurements.Finite(observed), noise);
        noiseVariance = Math.Pow(Guard.InRange(noise, 0, double.MaxValue, "MeasurementGuidance: noise"), 2);
        this.dataVariance = Guard.InRange(dataVariance, 0, double.MaxValue, "MeasurementGuidance: dataVariance");
        if (noise == 0 && dataVariance == 0)
            throw new ArgumentException("MeasurementGuidance: a measurement without noise needs the data's variance.", nameof(dataVariance));
    }

    /// <inheritdoc/>
    /// <remarks>It would need the denoiser's second derivatives.</remarks>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new MeasurementGuidance(inner, measurement, observed, noise, dataVariance);

    /// <inheritdoc/>
    protected override Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var residual = Measurements.Residual(measurement, observed, data);
        var factors = new double[levels.Length];
        for (var k = 0; k < factors.Length; k++)
        {
            var (_, alpha, sigma) = levels[k];
            var left = sigma == 0 ? 0 : dataVariance * sigma * sigma / ((alpha * alpha * dataVariance) + (sigma * sigma));

            factors[k] = alpha == 0 || sigma == 0 ? 0 : sigma * sigma / alpha / (noiseVariance + left);
        }

        return data + Inner.VectorJacobian(x, levels, measurement.ApplyTransposed(residual, x.Shape)).ScaleSamples(factors);
    }

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        throw new NotSupportedException("MeasurementGuidance has no gradient.");
}
