namespace DiffusionSharp.Samplers.Catalog;

/// <summary>An option that some samplers take.</summary>
[Flags]
public enum SamplerOption
{
    /// <summary>No option.</summary>
    None = 0,

    /// <summary><see cref="SamplerOptions.Eta"/>.</summary>
    Eta = 1,

    /// <summary><see cref="SamplerOptions.Variance"/>.</summary>
    Variance = 2,

    /// <summary><see cref="SamplerOptions.Churn"/>.</summary>
    Churn = 4,

    /// <summary><see cref="SamplerOptions.Snr"/>.</summary>
    Snr = 8,

    /// <summary><see cref="SamplerOptions.LangevinSteps"/>.</summary>
    LangevinSteps = 16,

    /// <summary><see cref="SamplerOptions.StepSize"/>.</summary>
    StepSize = 32,

    /// <summary><see cref="SamplerOptions.Tolerance"/>.</summary>
    Tolerance = 64,
}

/// <summary>The options of named samplers; null leaves the sampler's own default.</summary>
/// <param name="Eta">η in [0, 1]: the share of fresh noise, 0 none and 1 ancestral.</param>
/// <param name="Variance">The variance of DDPM's step.</param>
/// <param name="Churn">S_churn ≥ 0 of EDM's stochastic sampler: noise added and removed over the whole trajectory.</param>
/// <param name="Snr">Signal-to-noise ratio of a Langevin corrector's step, above 0.</param>
/// <param name="LangevinSteps">Langevin steps at each level, at least 1.</param>
/// <param name="StepSize">Step of Langevin dynamics relative to σ², above 0; each sampler says what it multiplies.</param>
/// <param name="Tolerance">Error per step of adaptive solvers, relative and absolute, above 0.</param>
public sealed record SamplerOptions(
    double? Eta = null,
    DdpmVariance? Variance = null,
    double? Churn = null,
    double? Snr = null,
    int? LangevinSteps = null,
    double? StepSize = null,
    double? Tolerance = null)
{
    /// <summary>Which options have a value.</summary>
    public SamplerOption Given =>
        (Eta is null ? 0 : SamplerOption.Eta)
        | (Variance is null ? 0 : SamplerOption.Variance)
        | (Churn is null ? 0 : SamplerOption.Churn)
        | (Snr is null ? 0 : SamplerOption.Snr)
        | (LangevinSteps is null ? 0 : SamplerOption.LangevinSteps)
        | (StepSize is null ? 0 : SamplerOption.StepSize)
        | (Tolerance is null ? 0 : SamplerOption.Tolerance);
}
