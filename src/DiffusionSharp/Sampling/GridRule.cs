using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>The grid of noise levels that a spacing stands for, on a model's schedule.</summary>
internal static class GridRule
{
    private const double PolyexponentialPower = 1.5;

    /// <summary>Makes the grid, from the noisiest level that sampling starts at to clean data.</summary>
    /// <param name="model">Whose schedule.</param>
    /// <param name="spacing">Null: the schedule's usual.</param>
    /// <param name="steps">At least 1.</param>
    /// <exception cref="OptionException">The schedule has no trained timesteps, or fewer than the steps, or is never as noisy as a table's levels.</exception>
    public static TimeGrid Grid(DiffusionModel model, Spacing? spacing, int steps)
    {
        var schedule = model.Schedule;
        if (steps < 1) throw new OptionException($"{{Steps}}: at least 1 step is expected, {steps} was given.");
        if (model.Levels is { } levels && steps > levels)
            throw new OptionException($"{{Steps}}: at most the {levels} levels of this model's schedule, {steps} was given.");
        if (Trained(spacing) is not null && model.Levels is null)
            throw new OptionException(
                $"{{Spacing}}: {Words.Kebab(spacing!.Value)} spaces trained timesteps, this model's schedule, {NameOf(model)}, has none; "
                + "uniform, log-snr or karras spaces any.");
        return spacing switch
        {
            null => schedule.Grid(steps),
            Spacing.Uniform => model.Levels is null ? schedule.Grid(steps) : Grids.Even(schedule, steps),
            Spacing.LogSnr => Grids.UniformLogSnr(schedule, steps),
            Spacing.Karras => Grids.Karras(schedule, steps),
            Spacing.Polyexponential => Grids.Polyexponential(schedule, steps, rho: PolyexponentialPower),
            Spacing.Beta => Grids.Beta(schedule, steps, new GridRange(model.EarliestTime, model.LatestTime, GridScale.Time)),
            Spacing.AlignedSd => Aligned(schedule, steps, AlignedModel.StableDiffusion),
            Spacing.AlignedSdxl => Aligned(schedule, steps, AlignedModel.StableDiffusionXL),
            Spacing.AlignedDeepFloyd => Aligned(schedule, steps, AlignedModel.DeepFloyd),
            Spacing.AlignedSvd => Aligned(schedule, steps, AlignedModel.StableVideoDiffusion),
            _ => schedule.Grid(steps, Trained(spacing)!.Value),
        };
    }

    /// <summary>What a model's schedule is called in messages.</summary>
    public static string NameOf(DiffusionModel model) => model.Config?.ScheduleOrDefault().Name ?? model.Schedule.GetType().Name;

    private static TimestepSpacing? Trained(Spacing? spacing) => spacing switch
    {
        Spacing.Trailing => TimestepSpacing.Trailing,
        Spacing.Leading => TimestepSpacing.Leading,
        Spacing.Linspace => TimestepSpacing.Linspace,
        Spacing.Quadratic => TimestepSpacing.Quadratic,
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
            throw new OptionException(
                $"{{Spacing}}: the levels of {model} are noisier than this model's schedule ever is ({error.ActualValue} in σ/α); karras fits any.");
        }
    }
}
