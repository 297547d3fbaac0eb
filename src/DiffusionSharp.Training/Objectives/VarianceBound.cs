using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Objectives;

/// <summary>What the variational bound of a learned variance needs to know of each trained level.</summary>
/// <remarks>
/// The step from level i to i − 1 has the true posterior N(μ̃, β̃ I) and the model N(μ, Σ), with μ − μ̃ = c (F − target): μ is linear in
/// the data estimate and that is linear in the network's output. At level 0, where β̃ = 0, the range of Σ begins at β̃ of level 1, as in the
/// published code of Nichol and Dhariwal 2021, arXiv:2102.09672.
/// </remarks>
public sealed class VarianceBound
{
    private readonly Schedule schedule;
    private readonly int levels;
    private readonly Objective objective;
    private readonly double weight;

    /// <summary>Binds a schedule to an objective.</summary>
    /// <param name="schedule">Trained timesteps of β.</param>
    /// <param name="objective">Turns errors of the output into errors of the data.</param>
    /// <param name="weight">λ above 0, the share of the bound in the loss.</param>
    /// <exception cref="ArgumentException">The schedule has no trained timesteps, or they are levels of σ.</exception>
    public VarianceBound(Schedule schedule, Objective objective, double weight)
    {
        levels = schedule.TrainedLevels
            ?? throw new ArgumentException(
                $"VarianceBound: trained timesteps are expected, the time of {schedule.GetType().Name} is continuous.", nameof(schedule));
        if (schedule.HasNoiseLevels)
            throw new ArgumentException($"VarianceBound: timesteps of β are expected, {schedule.GetType().Name} has levels of σ.", nameof(schedule));
        (this.schedule, this.objective, this.weight) = (schedule, objective, weight);
    }

    /// <summary>What the bound takes of a sample at a level.</summary>
    /// <param name="level">A trained level.</param>
    /// <param name="factor">The factor of importance sampling, above 0.</param>
    public BoundTerms At(NoiseLevel level, double factor = 1)
    {
        var q = Posterior.Between(level, schedule.At(level.Time - 1));
        var small = level.Time > 0 || levels == 1 ? q.Variance : Posterior.Between(schedule.At(1), schedule.At(0)).Variance;
        var logLarge = Math.Log(q.ForwardVariance);

        // Σ over all levels is T times the mean over levels drawn.
        return new BoundTerms(
            q.OfData * objective.DataWeights(level).OfOutput, small > 0 ? Math.Log(small) : logLarge, logLarge, level.Time == 0, weight * levels * factor);
    }
}
