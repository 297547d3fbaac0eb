using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>One step of the reverse SDE, in three discretisations.</summary>
/// <remarks>
/// The reverse of dx = f x dt + g dw is dx = (f x − g² ∇ln p_t) dt + g dw̄ with time running down (Anderson 1982; Song et al. 2021,
/// arXiv:2011.13456, eq. 6). Two ends are singular and are the same in all three: from pure noise (α = 0, f = −∞) a step draws from
/// <see cref="Posterior"/>, and a step to clean data (σ = 0) gives the denoiser's estimate, without noise.
/// </remarks>
internal static class ReverseSde
{
    /// <summary>The state after a step, from the estimate D before it and a draw of standard normal noise.</summary>
    /// <param name="predictor">Which discretisation.</param>
    /// <param name="schedule">The schedule, for its drift and diffusion.</param>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="d">D(x) there.</param>
    /// <param name="level">Where the step starts.</param>
    /// <param name="levelNext">Where it ends.</param>
    /// <param name="noise">Where the draw comes from.</param>
    /// <param name="index">The index of the draw.</param>
    public static Tensor Step(
        ReverseSdePredictor predictor, Schedule schedule, Tensor x, Tensor d, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        if (levelNext.Sigma == 0) return levelNext.Alpha * d;
        return predictor switch
        {
            _ when level.Alpha == 0 => AncestralStep.Apply(x, d, level, levelNext, noise, index),
            ReverseSdePredictor.EulerMaruyama => EulerMaruyama(schedule, x, d, level, levelNext, noise.Draw(x.Shape, index)),
            ReverseSdePredictor.ReverseDiffusion => ReverseDiffusion(x, d, level, levelNext, noise.Draw(x.Shape, index)),
            ReverseSdePredictor.Ancestral => AncestralStep.Apply(x, d, level, levelNext, noise, index),
            _ => throw new ArgumentOutOfRangeException(nameof(predictor), predictor, "ReverseSde: unknown predictor."),
        };
    }

    private static Tensor EulerMaruyama(Schedule schedule, Tensor x, Tensor d, NoiseLevel level, NoiseLevel levelNext, Tensor z)
    {
        var (f, g, h) = (schedule.Drift(level.Time), schedule.Diffusion(level.Time), level.Time - levelNext.Time);
        var score = PredictionConversion.FromData(Prediction.Score, d, x, level);
        return ((1 - (h * f)) * x) + (h * g * g * score) + (g * Math.Sqrt(h) * z);
    }

    private static Tensor ReverseDiffusion(Tensor x, Tensor d, NoiseLevel level, NoiseLevel levelNext, Tensor z)
    {
        var variance = Posterior.Between(level, levelNext).ForwardVariance;
        var score = PredictionConversion.FromData(Prediction.Score, d, x, level);
        return ((2 - (level.Alpha / levelNext.Alpha)) * x) + (variance * score) + (Math.Sqrt(variance) * z);
    }
}
