using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>A one-step method on the probability flow that steps below its target and adds the noise that is then missing.</summary>
/// <remarks>
/// <code>
/// σ_up² = η² β̃       σ_down² = σ′² − σ_up²       β̃ = σ²_ts σ_s²/σ_t² (<see cref="Posterior"/>)
/// x′ = flow(x → α′, σ_down) + s_noise σ_up z       z ~ N(0, I)
/// </code>
/// Song et al. 2021, arXiv:2010.02502, eq. 16, for the split; any flow may take the place of DDIM's step. With s_noise = 1 the noise leaves
/// the law exact, so a method keeps its order.
/// </remarks>
public abstract class AncestralSampler : SingleStepSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="eta">η in [0, 1], the share of fresh noise.</param>
    /// <param name="noiseScale">s_noise > 0, the standard deviation of the noise; only 1 keeps the law.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    protected AncestralSampler(Schedule schedule, TimeGrid grid, double eta, double noiseScale)
        : base(schedule, grid)
    {
        Eta = Guard.InRange(eta, 0, 1, "AncestralSampler: eta");
        NoiseScale = Guard.Above(noiseScale, 0, "AncestralSampler: noiseScale");
    }

    /// <summary>η, the share of fresh noise.</summary>
    public double Eta { get; }

    /// <summary>s_noise, the standard deviation of the noise.</summary>
    public double NoiseScale { get; }

    /// <inheritdoc/>
    public sealed override bool IsDeterministic => Eta == 0;

    /// <inheritdoc/>
    protected sealed override (Tensor X, Tensor Denoised) Step(
        Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var d = denoiser.Denoise(x, level);
        var (kept, up) = Posterior.Between(level, levelNext).Split(levelNext, Eta);

        // The denoiser is never asked at this level, which has no time.
        var down = levelNext with { Time = double.NaN, Sigma = kept };
        var xDown = Advance(denoiser, x, d, level, down);
        return (up == 0 ? xDown : xDown + (NoiseScale * Math.Sqrt(up) * noise.Draw(x.Shape, index)), d);
    }

    /// <summary>A step of the method.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">The estimate there.</param>
    /// <param name="level">Where the step starts; α may be 0.</param>
    /// <param name="levelDown">The α of the target with the noise that is kept; σ may be 0. It is not on the schedule: its time is NaN.</param>
    /// <returns>The state at <paramref name="levelDown"/>.</returns>
    protected abstract Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelDown);
}
