using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>How far a denoiser's score is from obeying the score Fokker–Planck equation at one level.</summary>
/// <param name="Level">Time, α and σ at which the equation was asked.</param>
/// <param name="SquaredResiduals">|∂ₜs − right side|² of each point, [N]; by random probes an unbiased estimate, which chance may carry below 0.</param>
/// <param name="SquaredRates">|∂ₜs|² of each point, [N].</param>
/// <param name="Dimension">d, values of a point.</param>
public sealed record ScoreFokkerPlanckResidual(NoiseLevel Level, Tensor SquaredResiduals, Tensor SquaredRates, int Dimension)
{
    /// <summary>Root mean square of the residual over points and values, per unit of time.</summary>
    public Measurement Residual => Root(Measurement.OfMean(SquaredResiduals.Values).Scaled(1.0 / Dimension));

    /// <summary>Root mean square of ∂ₜs over points and values: what the residual is measured against.</summary>
    public Measurement Rate => Root(Measurement.OfMean(SquaredRates.Values).Scaled(1.0 / Dimension));

    /// <summary>The residual relative to ∂ₜs, √(E|residual|²/E|∂ₜs|²): 0 for a process's score, about 1 where the equation says nothing.</summary>
    /// <remarks>Its standard error is that of a ratio of means, to first order.</remarks>
    public Measurement Relative
    {
        get
        {
            var rate = SquaredRates.Mean();
            var share = SquaredResiduals.Mean() / rate;
            var deviations = (SquaredResiduals - (share * SquaredRates)) / rate;
            return Root(Measurement.OfMean(deviations.Values) with { Value = share });
        }
    }

    /// <summary>Joins the points of several batches at one level.</summary>
    /// <param name="parts">At least one, all at one level.</param>
    /// <exception cref="ArgumentException">There is none, or levels differ.</exception>
    public static ScoreFokkerPlanckResidual Concatenate(params IReadOnlyList<ScoreFokkerPlanckResidual> parts)
    {
        if (parts.Count == 0 || parts.Any(p => p.Level != parts[0].Level || p.Dimension != parts[0].Dimension))
            throw new ArgumentException("ScoreFokkerPlanckResidual: parts at one level and of one dimension are needed.", nameof(parts));
        return parts[0] with
        {
            SquaredResiduals = Tensor.Concatenate([.. parts.Select(p => p.SquaredResiduals)]),
            SquaredRates = Tensor.Concatenate([.. parts.Select(p => p.SquaredRates)]),
        };
    }

    // An estimate below 0 is 0 within its error, whose size its square root still tells.
    private static Measurement Root(Measurement square) => square.Value > square.StandardError
        ? new Measurement(Math.Sqrt(square.Value), square.StandardError / (2 * Math.Sqrt(square.Value)), square.Count)
        : new Measurement(Math.Sqrt(Math.Max(square.Value, 0)), Math.Sqrt(square.StandardError), square.Count);
}
