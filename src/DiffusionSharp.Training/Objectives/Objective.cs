using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Objectives;

/// <summary>What a run's network is given at a noise level, what it should answer, and how much its squared error counts.</summary>
/// <remarks>D = a x + b F(c x), so an error of F is one of the data, b times as large: the factor of ‖F − target‖² is b² that of ‖D − x₀‖².</remarks>
public sealed class Objective
{
    private readonly RunConfig config;
    private readonly Schedule schedule;
    private readonly EdmPreconditioning? preconditioning;

    /// <summary>Reads the objective of a configuration.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="schedule">The run's.</param>
    public Objective(RunConfig config, Schedule schedule)
    {
        (this.config, this.schedule) = (config, schedule);
        preconditioning = config.Preconditioning?.Create();
    }

    /// <summary>All that a training sample takes from its level.</summary>
    /// <param name="level">A level of the run's schedule.</param>
    public NetworkTarget At(NoiseLevel level)
    {
        var (ofData, ofNoise) = TargetWeights(level);
        return new NetworkTarget(InputScale(level), config.TimeInput(schedule, level), ofData, ofNoise, Weight(level));
    }

    /// <summary>c, the factor of x where the network reads it.</summary>
    /// <param name="level">A level of the run's schedule.</param>
    public double InputScale(NoiseLevel level) => preconditioning?.InputScale(level) ?? 1;

    /// <summary>The weights with which the target is a·x₀ + b·ε.</summary>
    /// <param name="level">A level of the run's schedule.</param>
    public (double OfData, double OfNoise) TargetWeights(NoiseLevel level) =>
        preconditioning?.TargetWeights(level) ?? PredictionConversion.TargetWeights(config.Prediction, level);

    /// <summary>The weights with which D = a·x + b·F.</summary>
    /// <param name="level">A level of the run's schedule.</param>
    public (double OfX, double OfOutput) DataWeights(NoiseLevel level) =>
        preconditioning?.DataWeights(level) ?? PredictionConversion.DataWeights(config.Prediction, level);

    /// <summary>The factor of the squared error of the network's output.</summary>
    /// <param name="level">A level of the run's schedule.</param>
    /// <remarks>
    /// The simple weighting of a score is σ²: the loss of NCSN, ½ Σ σ² |s + ε/σ|² = ½ Σ |σ s + ε|² (Song and Ermon 2019, arXiv:1907.05600,
    /// equations 5 and 6 with λ(σ) = σ²), as a mean over numbers instead of half their sum.
    /// </remarks>
    public double Weight(NoiseLevel level)
    {
        if (config.Weighting == LossWeighting.Simple) return preconditioning is null && config.Prediction == Prediction.Score ? level.Sigma * level.Sigma : 1;
        var (_, ofOutput) = DataWeights(level);
        return ofOutput * ofOutput * config.Weighting switch
        {
            LossWeighting.MinSnr => LossWeights.MinSnr(level, config.Gamma ?? 5),
            LossWeighting.P2 => LossWeights.P2(level, config.Gamma ?? 1),
            LossWeighting.Edm => LossWeights.Edm(level, preconditioning!),
            LossWeighting.Likelihood => LossWeights.Likelihood(level, schedule.Diffusion(level.Time)),
            _ => throw new NotSupportedException($"The weighting {config.Weighting} is not known."),
        };
    }
}
