using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>How <see cref="PndmSampler"/> takes the steps that have too few estimates behind them.</summary>
public enum PndmStart
{
    /// <summary>Three pseudo Runge–Kutta steps of four calls: PNDM, F-PNDM in the paper.</summary>
    RungeKutta,

    /// <summary>One step of Heun's method, then with as many estimates as there are: PLMS as in latent diffusion.</summary>
    Heun,

    /// <summary>With as many estimates as there are, from one upwards: iPNDM.</summary>
    Euler,
}

/// <summary>The coefficients of <see cref="PndmSampler"/>.</summary>
internal enum PndmCoefficients
{
    /// <summary>Those of the grid's own steps; the classical ones where all are equally long.</summary>
    OfTheGrid,

    /// <summary>The classical ones also where steps differ, which costs an order of accuracy where neighbours differ by a factor.</summary>
    Classical,
}

/// <summary>What <see cref="PndmSampler"/> takes the mean of.</summary>
internal enum PndmMean
{
    /// <summary>ε̂, as published.</summary>
    Noise,

    /// <summary>
    /// v = α ε̂ − σ D, turned into noise with the state and level where the step starts. What other tools do with networks
    /// that predict v; only first order, as v belongs to the level where it was asked.
    /// </summary>
    Velocity,
}

/// <summary>Pseudo numerical methods: the mean of ε̂ over a step by Adams–Bashforth or Runge–Kutta in t, then DDIM's step with it.</summary>
/// <remarks>
/// <code>
/// ε′ = (55 ε̂_t − 59 ε̂_(t+δ) + 37 ε̂_(t+2δ) − 9 ε̂_(t+3δ))/24       x′ = α′ (x/α + (s′ − s) ε′),   s = σ/α
/// </code>
/// Liu et al. 2022, arXiv:2202.09778, eq. 11–13 and algorithm 2; the start by lower orders is iPNDM of Zhang and Chen 2022,
/// arXiv:2204.13902, appendix H. Second order whatever the coefficients, since ε′ is a mean over t and the step is in s (their
/// property 3.2). Time enters as such, so pure noise (α = 0) may be looked back to, and clean data is reached with four estimates.
/// </remarks>
public sealed class PndmSampler : Sampler
{
    private const int Points = 4;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="start">How the first steps are taken.</param>
    /// <exception cref="ArgumentException">The start is unknown, the grid leaves the schedule or its steps do not join.</exception>
    public PndmSampler(Schedule schedule, TimeGrid grid, PndmStart start = PndmStart.RungeKutta)
        : base(schedule, Chain(grid, nameof(PndmSampler)))
    {
        Start = Guard.Known(start, "PndmSampler: unknown start");
        StartCalls = start switch { PndmStart.RungeKutta => 9, PndmStart.Heun => 1, _ => 0 };
    }

    /// <summary>How the first steps are taken.</summary>
    public PndmStart Start { get; }

    /// <summary>The coefficients.</summary>
    internal PndmCoefficients Coefficients { get; init => field = Guard.Known(value, "PndmSampler: unknown coefficients"); }

    /// <summary>What is combined.</summary>
    internal PndmMean Mean { get; init => field = Guard.Known(value, "PndmSampler: unknown mean"); }

    /// <inheritdoc/>
    public override int? Order => Mean == PndmMean.Noise ? 2 : 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => true;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var history = new EstimateHistory(Points);
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var now = Estimate.Of(denoiser, x, level);
            history.Add(now);
            x = Advance(denoiser, x, now, levelNext, history);
            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, now.Data);
        }
    }

    private Tensor Advance(Denoiser denoiser, Tensor x, Estimate now, NoiseLevel levelNext, EstimateHistory history)
    {
        var level = now.Level;
        var starting = history.Count < Points && Start != PndmStart.Euler && (Start == PndmStart.RungeKutta || history.Count == 1);
        if (level.IsPureNoise || (levelNext.Sigma == 0 && starting)) return ProbabilityFlow.Step(x, now.Data, level, levelNext);
        if (starting && Start == PndmStart.RungeKutta) return RungeKutta(denoiser, x, now, levelNext);
        if (starting) return Transfer(x, level, levelNext, (Value(now) + Ask(denoiser, x, level, levelNext, Value(now))) / 2);
        return Transfer(x, level, levelNext, history.Combine(Weights(history, levelNext.Time), Value));
    }

    // Eq. 13 of the paper: the classical method with DDIM's step in place of Euler's, the middle taken in time.
    private Tensor RungeKutta(Denoiser denoiser, Tensor x, Estimate now, NoiseLevel levelNext)
    {
        var (level, k1) = (now.Level, Value(now));
        var middle = Schedule.At((level.Time + levelNext.Time) / 2);
        var k2 = Ask(denoiser, x, level, middle, k1);
        var k3 = Ask(denoiser, x, level, middle, k2);
        var k4 = Ask(denoiser, x, level, levelNext, k3);
        return Transfer(x, level, levelNext, (k1 + (2 * k2) + (2 * k3) + k4) / 6);
    }

    private double[] Weights(EstimateHistory history, double timeNext)
    {
        var points = history.Positions(history.Count, e => e.Level.Time, history[0].Level.Time, timeNext);
        if (Coefficients == PndmCoefficients.Classical)
            for (var j = 0; j < points.Length; j++) points[j] = -j;
        return MultistepWeights.Adams(points);
    }

    private Tensor Ask(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel at, Tensor mean) =>
        Value(Estimate.Of(denoiser, Transfer(x, level, at, mean), at));

    private Tensor Value(Estimate e) => Mean == PndmMean.Noise ? e.Noise : (e.Level.Alpha * e.Noise) - (e.Level.Sigma * e.Data);

    // φ of eq. 11: DDIM's step with any noise.
    private Tensor Transfer(Tensor x, NoiseLevel level, NoiseLevel levelNext, Tensor mean)
    {
        var (_, alpha, sigma) = level;
        var eps = Mean == PndmMean.Noise ? mean : ((alpha * mean) + (sigma * x)) / ((alpha * alpha) + (sigma * sigma));
        return levelNext.Alpha * ((x / alpha) + ((levelNext.Ratio - level.Ratio) * eps));
    }
}
