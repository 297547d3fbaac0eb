using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Denoising diffusion implicit models: deterministic at η = 0, ancestral sampling at η = 1.</summary>
/// <remarks>
/// <code>
/// ε̂   = (x_t − α_t D)/σ_t
/// x_s = α_s D + √(σ_s² − η² β̃) ε̂ + η √β̃ z       β̃ = σ²_ts σ_s²/σ_t²,  z ~ N(0, I)
/// </code>
/// Song et al. 2021, arXiv:2010.02502, eq. 12 and 16. η = 0 is first order on the probability-flow ODE; η = 1 is
/// <see cref="DdpmSampler"/> with <see cref="DdpmVariance.FixedSmall"/> on the same grid; every η has the same marginals in the limit of
/// many steps.
/// </remarks>
public sealed class DdimSampler : SingleStepSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="eta">η in [0, 1], the share of fresh noise; 0 is the paper's choice for few steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">η is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public DdimSampler(Schedule schedule, TimeGrid grid, double eta = 0)
        : base(schedule, grid) => Eta = Guard.InRange(eta, 0, 1, "DdimSampler: eta");

    /// <summary>η, the share of fresh noise.</summary>
    public double Eta { get; }

    /// <summary>Where ε̂ comes from when the denoiser constrains its estimate.</summary>
    internal DdimDirection Direction { get; init => field = Guard.Known(value, "DdimSampler: unknown direction"); }

    /// <inheritdoc/>
    public override int? Order => 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => Direction == DdimDirection.Consistent ? 1 : 2;

    /// <inheritdoc/>
    public override bool IsDeterministic => Eta == 0;

    /// <inheritdoc/>
    protected override (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var (d, forNoise) = Estimates(denoiser, x, level);
        var eps = PredictionConversion.FromData(Prediction.Noise, forNoise, x, level);
        var (kept, fresh) = Posterior.Between(level, levelNext).Split(levelNext, Eta);
        var xNext = (levelNext.Alpha * d) + (kept * eps);
        return (fresh == 0 ? xNext : xNext + (Math.Sqrt(fresh) * noise.Draw(x.Shape, index)), d);
    }

    private (Tensor Data, Tensor ForNoise) Estimates(Denoiser denoiser, Tensor x, NoiseLevel level)
    {
        var d = denoiser.Denoise(x, level);
        return (d, Direction == DdimDirection.Consistent || ReferenceEquals(denoiser.Unconstrained, denoiser) ? d : denoiser.Unconstrained.Denoise(x, level));
    }
}
