using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Langevin;

/// <summary>Metropolis-adjusted Langevin dynamics at one level: a Markov chain whose law tends to p_t exactly, at any step size.</summary>
/// <remarks>
/// <code>
/// x′ = x + h ∇ln p_t(x) + √(2h) z       h = η (α² + σ²),  z ~ N(0, I)
/// accepted where  ln U ≤ ln p_t(x′) − ln p_t(x) + ln q(x | x′) − ln q(x′ | x)       ln q(b | a) = −‖b − a − h ∇ln p_t(a)‖²/(4h)
/// </code>
/// Roberts and Tweedie 1996; each sample is accepted or refused by itself. It needs ln p_t, so a denoiser with
/// <see cref="Denoiser.HasLogDensity"/>. Level, start and end are those of <see cref="UnadjustedLangevinSampler"/>.
/// </remarks>
public sealed class MetropolisLangevinSampler : FixedLevelLangevinSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">Its last time is the level, its number of steps how long the chain is.</param>
    /// <param name="stepSize">η above 0: h relative to α² + σ², the variance of x for data of unit variance; large steps are refused more often.</param>
    /// <param name="langevinSteps">Langevin steps in a step of the grid, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public MetropolisLangevinSampler(Schedule schedule, TimeGrid grid, double stepSize = 0.1, int langevinSteps = 2)
        : base(schedule, grid, stepSize, langevinSteps)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The denoiser does not know ln p_t.</exception>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise) =>
        denoiser.HasLogDensity
            ? Walk(denoiser, x, noise)
            : throw new InvalidOperationException(
                $"MetropolisLangevinSampler: {denoiser} does not know ln p_t(x), which acceptance needs; "
                + $"use a denoiser in closed form, or {nameof(UnadjustedLangevinSampler)}.");

    private IEnumerable<SamplingStep> Walk(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var (level, end) = (Schedule.At(Grid.Times[^1]), Schedule.At(Grid.End));
        var h = StepSize * Power(level);
        var now = At(Enter(x, Schedule.At(Grid.Start), level));
        for (var i = 0; i < Grid.Count; i++)
        {
            var denoised = now.Denoised;
            for (var j = 0; j < LangevinSteps; j++)
            {
                var draw = 2 * ((i * LangevinSteps) + j);
                var z = noise.Draw(now.X.Shape, draw);
                now = Accept(now, At(LangevinStep.Apply(now.X, now.Score, h, z)), z, h, noise.Draw([now.X.Samples, 2], draw + 1));
            }

            var isLast = i == Grid.Count - 1;
            var here = isLast ? ProbabilityFlow.Step(now.X, now.Denoised, level, end) : now.X;
            yield return new SamplingStep(i, Grid.Count, isLast ? end.Time : level.Time, here, denoised);
        }

        State At(Tensor state)
        {
            var d = denoiser.Denoise(state, level);
            return new State(state, d, PredictionConversion.FromData(Prediction.Score, d, state, level), denoiser.LogDensity(state, level));
        }
    }

    // ln U from two normal draws: −(z₁² + z₂²)/2 has the law of the logarithm of a uniform draw.
    private static State Accept(State now, State proposed, Tensor z, double h, Tensor chance)
    {
        var accepted = new bool[now.X.Samples];
        for (var k = 0; k < accepted.Length; k++)
        {
            ReadOnlySpan<double> x = now.X.Sample(k), next = proposed.X.Sample(k), score = proposed.Score.Sample(k), draw = z.Sample(k), u = chance.Sample(k);
            double forth = 0, back = 0;
            for (var i = 0; i < x.Length; i++)
            {
                var returning = x[i] - next[i] - (h * score[i]);
                forth += draw[i] * draw[i] / 2;
                back += returning * returning / (4 * h);
            }

            // A proposal where anything is not finite is refused: no comparison with NaN holds.
            accepted[k] = -((u[0] * u[0]) + (u[1] * u[1])) / 2 <= proposed.LogDensity.Values[k] - now.LogDensity.Values[k] + forth - back;
        }

        return new State(
            Choose(accepted, now.X, proposed.X),
            Choose(accepted, now.Denoised, proposed.Denoised),
            Choose(accepted, now.Score, proposed.Score),
            Choose(accepted, now.LogDensity, proposed.LogDensity));
    }

    private static Tensor Choose(bool[] accepted, Tensor old, Tensor proposed) => Tensor.Create(old.Shape, values =>
    {
        var size = values.Length / Math.Max(accepted.Length, 1);
        for (var k = 0; k < accepted.Length; k++) (accepted[k] ? proposed : old).Values.Slice(k * size, size).CopyTo(values.Slice(k * size, size));
    });

    private sealed record State(Tensor X, Tensor Denoised, Tensor Score, Tensor LogDensity);
}
