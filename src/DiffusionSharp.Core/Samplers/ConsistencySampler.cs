using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Multistep consistency sampling: each step jumps down the whole flow, then noises back up to where the next step starts.</summary>
/// <remarks>
/// <code>
/// γ = 1:   x_b = f(x, t)                              b the boundary: f's values stand there
/// γ &lt; 1:   x_r = α_r f + σ_r (x − α f)/σ               r the time (1 − γ) of the way from clean data to the target
/// x′ = (α′/α_r) x_r + σ_r′ z                          z ~ N(0, I), up to the target
/// </code>
/// The denoiser must be a consistency function f, the end of the probability flow through x, not E[x₀ | x]
/// (<see cref="ConsistencyDenoiser"/>): then already one step gives the right law, and more steps mend what f gets wrong. With an ordinary
/// denoiser it renoises posterior means, and more steps do not converge. γ = 1 with the boundary at σ_min is Song et al. 2023,
/// arXiv:2303.01469, algorithm 1; at clean data it is Luo et al. 2023, arXiv:2310.04378, algorithm 3 (LCM). γ &lt; 1 is strategic stochastic
/// sampling, Zheng et al. 2024, arXiv:2402.19159, algorithm 2 (TCD), whose last step lands on its target without noise; γ = 0 is Euler's
/// method with f for D.
/// </remarks>
public sealed class ConsistencySampler : SingleStepSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data; one or a few.</param>
    /// <param name="gamma">γ in [0, 1], how far below the target a step jumps; 1 is all the way.</param>
    /// <param name="boundary">The time at which f's values stand; null, the default, is clean data. Other times need γ = 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule, or a boundary above clean data is given with γ below 1.</exception>
    public ConsistencySampler(Schedule schedule, TimeGrid grid, double gamma = 1, double? boundary = null)
        : base(schedule, grid)
    {
        Gamma = Guard.InRange(gamma, 0, 1, "ConsistencySampler: gamma");
        Boundary = Guard.InRange(boundary ?? schedule.CleanTime, schedule.CleanTime, schedule.NoiseTime, "ConsistencySampler: boundary");
        if (Gamma < 1 && Boundary > schedule.CleanTime)
            throw new ArgumentException("ConsistencySampler: with gamma below 1 the boundary is clean data; leave it out.", nameof(boundary));
    }

    /// <summary>γ, how far below the target a step jumps.</summary>
    public double Gamma { get; }

    /// <summary>The time at which the consistency function's values stand.</summary>
    public double Boundary { get; }

    /// <summary>Null: with a consistency function one step is as right as many.</summary>
    public override int? Order => null;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => Gamma == 0;

    /// <inheritdoc/>
    protected override (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var f = denoiser.Denoise(x, level);
        var landing = Landing(levelNext, index);
        var landed = Gamma == 1 ? f : ProbabilityFlow.Step(x, f, level, landing);
        return (landing.Time < levelNext.Time ? ForwardStep.Apply(landed, landing, levelNext, noise.Draw(x.Shape, index)) : landed, f);
    }

    private NoiseLevel Landing(NoiseLevel levelNext, int index)
    {
        if (Gamma == 1) return Schedule.At(Boundary);
        var last = index == Grid.Count - 1;
        return last || Gamma == 0 ? levelNext : Schedule.At(Schedule.CleanTime + ((1 - Gamma) * (levelNext.Time - Schedule.CleanTime)));
    }
}
