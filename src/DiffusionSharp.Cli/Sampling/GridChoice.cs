using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>The grid of noise levels that a name stands for, on a model's schedule.</summary>
internal static class GridChoice
{
    private const double PolyexponentialPower = 1.5;

    /// <summary>Makes the grid, from the noisiest level that sampling starts at to clean data.</summary>
    /// <exception cref="UsageException">The schedule has no trained timesteps, or fewer than the steps, or is never as noisy as a table's levels.</exception>
    public static TimeGrid Create(SpacingKind? spacing, TrainedModel model, int steps)
    {
        var (config, schedule) = (model.Config.ScheduleOrDefault(), model.Schedule);
        if (!config.IsContinuous() && steps > config.LevelsOrDefault()) throw new UsageException($"--steps: at most the {config.LevelsOrDefault()} levels of this model's schedule, {steps} was given.");
        if (Trained(spacing) is not null && config.IsContinuous())
            throw new UsageException($"--spacing: {Choices.Spacings.NameOf(spacing!.Value)} spaces trained timesteps, this model's schedule, {Choices.Schedules.NameOf(config.Kind)}, has none; uniform, log-snr or karras spaces any.");
        return spacing switch
        {
            SpacingKind.Uniform => config.IsContinuous() ? schedule.Grid(steps) : Grids.Even(schedule, steps),
            SpacingKind.LogSnr => Grids.UniformLogSnr(schedule, steps),
            SpacingKind.Karras => Grids.Karras(schedule, steps),
            SpacingKind.Polyexponential => Grids.Polyexponential(schedule, steps, rho: PolyexponentialPower),
            SpacingKind.Beta => Grids.Beta(schedule, steps, new GridRange(config.EarliestTime(schedule), schedule.StartTime, GridScale.Time)),
            SpacingKind.AlignedSd => Aligned(schedule, steps, AlignedModel.StableDiffusion),
            SpacingKind.AlignedSdxl => Aligned(schedule, steps, AlignedModel.StableDiffusionXL),
            SpacingKind.AlignedDeepFloyd => Aligned(schedule, steps, AlignedModel.DeepFloyd),
            SpacingKind.AlignedSvd => Aligned(schedule, steps, AlignedModel.StableVideoDiffusion),
            _ => config.Grid(schedule, Trained(spacing), steps),
        };
    }

    private static TimestepSpacing? Trained(SpacingKind? spacing) => spacing switch
    {
        SpacingKind.Trailing => TimestepSpacing.Trailing,
        SpacingKind.Leading => TimestepSpacing.Leading,
        SpacingKind.Linspace => TimestepSpacing.Linspace,
        SpacingKind.Quadratic => TimestepSpacing.Quadratic,
        _ => null,
    };

    private static TimeGrid Aligned(Schedule schedule, int steps, AlignedModel model)
    {
        try
        {
            return Grids.AlignYourSteps(schedule, steps, model);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new UsageException($"--spacing: the levels of {model} are noisier than this model's schedule ever is ({error.ActualValue} in σ/α); karras fits any.");
        }
    }
}
