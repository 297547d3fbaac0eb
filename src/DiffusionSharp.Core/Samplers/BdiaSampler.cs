using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Bi-directional integration approximation of DDIM: each step also takes back the last one, so that the walk can be inverted exactly.</summary>
/// <remarks>
/// <code>
/// x_(i+1) = DDIM(x_i → t_(i+1)) + γ (x_(i−1) − DDIM(x_i → t_(i−1)))       both from D(x_i, t_i)
/// </code>
/// Zhang et al. 2024, arXiv:2307.10829, section 4. The equation can be solved for x_(i−1), so <see cref="Invert"/> followed by
/// <see cref="Restore"/> returns the data up to rounding, which grows by at most 1/γ a step. γ = 0 would be DDIM. With γ = 1 the step is
/// symmetric in time and the method of second order with one call a step; γ below 1 damps the oscillation of neighbouring states that
/// symmetric methods have on coarse grids, at first order. The first step is DDIM's.
/// </remarks>
public sealed class BdiaSampler : Sampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="gamma">γ in (0, 1]; 1 is the paper's choice for returning to the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">γ is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule, or its steps do not join.</exception>
    public BdiaSampler(Schedule schedule, TimeGrid grid, double gamma = 1)
        : base(schedule, Chain(grid, nameof(BdiaSampler)))
    {
        Gamma = gamma > 0 && gamma <= 1
            ? gamma
            : throw new ArgumentOutOfRangeException(
                nameof(gamma), gamma, "BdiaSampler: gamma must lie above 0, where the step could not be inverted, and be at most 1.");
    }

    /// <summary>γ, the share of the last step that is taken back.</summary>
    public double Gamma { get; }

    /// <inheritdoc/>
    public override int? Order => Gamma == 1 ? 2 : 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => true;

    /// <summary>The two neighbouring states of noise from which <see cref="Restore"/> returns to the data.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="data">The state at the grid's end, [N, …].</param>
    /// <exception cref="ArgumentException">The grid is a single step from clean data to pure noise.</exception>
    /// <remarks>The first step is that of <see cref="DdimInversion"/>; all others are the sampling steps solved for their earliest state.</remarks>
    public BdiaState Invert(Denoiser denoiser, Tensor data)
    {
        var n = Grid.Count;
        if (n == 1 && At(0).Alpha == 0 && At(1).Sigma == 0)
        {
            throw new ArgumentException(
                "BdiaSampler: a single step from clean data to pure noise keeps nothing of the data; use a grid of at least two steps.", nameof(data));
        }

        var (next, x) = (data, DdimInversion.Step(denoiser, data, At(n), At(n - 1), DdimInversionQuery.Start).X);
        for (var i = n - 1; i > 0; i--)
        {
            var d = denoiser.Denoise(x, At(i));
            var taken = next - ProbabilityFlow.Step(x, d, At(i), At(i + 1));
            var before = (1 / Gamma * taken) + ProbabilityFlow.Step(x, d, At(i), At(i - 1));
            (next, x) = (x, before);
        }

        return new BdiaState(x, next);
    }

    /// <summary>The data of two neighbouring states of noise: the inverse of <see cref="Invert"/>.</summary>
    /// <param name="denoiser">The denoiser that inverted.</param>
    /// <param name="state">The states at the grid's first two times.</param>
    public Tensor Restore(Denoiser denoiser, BdiaState state)
    {
        var (before, x) = (state.Noise, state.Next);
        for (var i = 1; i < Grid.Count; i++) (before, x) = (x, Onwards(x, denoiser.Denoise(x, At(i)), before, i));
        return x;
    }

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        Tensor? before = null;
        for (var i = 0; i < Grid.Count; i++)
        {
            var d = denoiser.Denoise(x, At(i));
            (before, x) = (x, before is null ? ProbabilityFlow.Step(x, d, At(i), At(i + 1)) : Onwards(x, d, before, i));
            yield return new SamplingStep(i, Grid.Count, Grid.Targets[i], x, d);
        }
    }

    private Tensor Onwards(Tensor x, Tensor d, Tensor before, int i) =>
        ProbabilityFlow.Step(x, d, At(i), At(i + 1)) + (Gamma * (before - ProbabilityFlow.Step(x, d, At(i), At(i - 1))));

    private NoiseLevel At(int index) => LevelAt(Schedule, Grid, index);
}
