using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Objectives;

/// <summary>What the variational bound of a learned variance needs to know of each trained level.</summary>
/// <remarks>
/// The step from level i to i − 1 has the true posterior N(μ̃, β̃ I) and the model N(μ, Σ), with μ − μ̃ = c (F − target): μ is linear in
/// the data estimate and that is linear in the network's output. At level 0, where β̃ = 0, the range of Σ begins at β̃ of level 1, as in the
/// published code of Nichol and Dhariwal 2021, arXiv:2102.09672.
/// </remarks>
public sealed class VarianceBound
{
    private readonly DiscreteSchedule schedule;
    private readonly Objective objective;
    private readonly double weight;

    /// <summary>Binds a schedule to an objective.</summary>
    /// <param name="schedule">Trained levels.</param>
    /// <param name="objective">Turns errors of the output into errors of the data.</param>
    /// <param name="weight">λ.</param>
    public VarianceBound(DiscreteSchedule schedule, Objective objective, double weight) => (this.schedule, this.objective, this.weight) = (schedule, objective, weight);

    /// <summary>c, the error of the mean for an error of the network's output, and ln β̃ and ln β between which the variance lies.</summary>
    /// <param name="level">A trained level.</param>
    public (double ErrorScale, double LogSmall, double LogLarge) At(NoiseLevel level)
    {
        var q = Posterior.Between(level, schedule.At(level.Time - 1));
        var small = level.Time > 0 || schedule.Levels == 1 ? q.Variance : Posterior.Between(schedule.At(1), schedule.At(0)).Variance;
        var logLarge = Math.Log(q.ForwardVariance);
        return (q.OfData * objective.DataWeights(level).OfOutput, small > 0 ? Math.Log(small) : logLarge, logLarge);
    }

    /// <summary>Fills a sample's inputs of <see cref="HybridLoss"/>.</summary>
    internal void Fill(TrainingProgram program, int k, NoiseLevel level, double factor, ReadOnlySpan<float> x0)
    {
        var (errorScale, logSmall, logLarge) = At(level);
        program.Input(HybridLoss.ErrorScale)[k] = (float)errorScale;
        program.Input(HybridLoss.LogSmall)[k] = (float)logSmall;
        program.Input(HybridLoss.LogLarge)[k] = (float)logLarge;
        program.Input(HybridLoss.IsFirst)[k] = level.Time == 0 ? 1 : 0;

        // Σ over all levels is T times the mean over levels drawn.
        program.Input(HybridLoss.BoundWeight)[k] = (float)(weight * schedule.Levels * factor);
        if (program.HasInput(HybridLoss.Data)) x0.CopyTo(program.Input(HybridLoss.Data)[(k * x0.Length)..]);
    }
}
