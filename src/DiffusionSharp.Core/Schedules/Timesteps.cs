namespace DiffusionSharp.Schedules;

/// <summary>Grids of S steps on the T trained timesteps 0 … T − 1, each ending at clean data (−1).</summary>
/// <remarks>Any S from 1 to T. All S timesteps differ.</remarks>
public static class Timesteps
{
    /// <summary>A grid by the name of its spacing.</summary>
    /// <param name="spacing">Which S of the T timesteps.</param>
    /// <param name="levels">T, the number of trained levels.</param>
    /// <param name="steps">S, the number of steps, 1 … T.</param>
    /// <param name="offset">Added to every leading timestep; 0 with the other spacings.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range, or an offset is given to a spacing that has none.</exception>
    public static TimeGrid Create(TimestepSpacing spacing, int levels, int steps, int offset = 0)
    {
        if (spacing != TimestepSpacing.Leading && offset != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Timesteps: {spacing} spacing has no offset; only leading has.");
        return spacing switch
        {
            TimestepSpacing.Leading => Leading(levels, steps, offset),
            TimestepSpacing.Trailing => Trailing(levels, steps),
            TimestepSpacing.Linspace => Linspace(levels, steps),
            TimestepSpacing.Quadratic => Quadratic(levels, steps),
            _ => throw new ArgumentOutOfRangeException(nameof(spacing), spacing, "Timesteps: unknown spacing."),
        };
    }

    /// <summary>Every timestep, T − 1 to 0.</summary>
    /// <inheritdoc cref="Leading(int, int, int)"/>
    public static TimeGrid All(int levels) => Leading(levels, levels);

    /// <summary>i·⌊T/S⌋ + offset, i = S − 1 … 0.</summary>
    /// <param name="levels">T, the number of trained levels.</param>
    /// <param name="steps">S, the number of steps, 1 … T.</param>
    /// <param name="offset">Added to every timestep; the largest must stay below T.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>Where S does not divide T the largest timesteps are not reached, up to S + ⌊T/S⌋ − 2 of them: prefer <see cref="Trailing"/>.</remarks>
    public static TimeGrid Leading(int levels, int steps, int offset = 0)
    {
        Check(levels, steps);
        var top = ((steps - 1) * (levels / steps)) + offset;
        if (offset < 0 || top >= levels)
            throw new ArgumentOutOfRangeException(
                nameof(offset),
                offset,
                $"Timesteps: an offset in 0 … {levels - 1 - (top - offset)} was expected for {steps} leading steps on {levels} levels.");
        return Grid(levels, steps, i => (i * (levels / steps)) + offset);
    }

    /// <summary>round(T − i·T/S) − 1: from T − 1 down in steps of T/S.</summary>
    /// <inheritdoc cref="Leading(int, int, int)"/>
    /// <remarks>Halves round to even.</remarks>
    public static TimeGrid Trailing(int levels, int steps)
    {
        Check(levels, steps);
        var stride = (double)levels / steps;
        return Grid(levels, steps, i => Math.Round(levels - ((steps - 1 - i) * stride), MidpointRounding.ToEven) - 1);
    }

    /// <summary>round(i·(T − 1)/(S − 1)): evenly spaced from T − 1 to 0, both visited; a single step starts at T − 1.</summary>
    /// <inheritdoc cref="Leading(int, int, int)"/>
    public static TimeGrid Linspace(int levels, int steps)
    {
        Check(levels, steps);
        if (steps == 1) return Grid(levels, 1, _ => levels - 1);
        var stride = (levels - 1.0) / (steps - 1);
        return Grid(levels, steps, i => Math.Round(i * stride, MidpointRounding.ToEven));
    }

    /// <summary>⌊c·i²⌋ with c·(S − 1)² = 0.8 T, or i where that is larger, so that none repeats.</summary>
    /// <inheritdoc cref="Leading(int, int, int)"/>
    /// <remarks>Song et al. 2021, arXiv:2010.02502, appendix D.2; the factor 0.8 is that of their published code. A single step starts at ⌊0.8 T⌋.</remarks>
    public static TimeGrid Quadratic(int levels, int steps)
    {
        Check(levels, steps);
        if (steps == 1) return Grid(levels, 1, _ => Math.Floor(0.8 * levels));
        var stride = Math.Sqrt(0.8 * levels) / (steps - 1);
        return Grid(levels, steps, i => Math.Max(i, Math.Floor(i * stride * (i * stride))));
    }

    /// <summary>Every ⌊i·K/S⌋-th of the K trailing timesteps that a distilled model was trained on.</summary>
    /// <param name="levels">T, the number of trained levels.</param>
    /// <param name="steps">S, the number of steps, 1 … K.</param>
    /// <param name="known">K, how many timesteps the model knows, 1 … T; 50 in latent consistency models.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>Luo et al. 2023, arXiv:2310.04378, section 4.3: (k + 1)·⌊T/K⌋ − 1, k = 0 … K − 1.</remarks>
    public static TimeGrid Distilled(int levels, int steps, int known = 50)
    {
        Check(levels, known);
        if (steps < 1 || steps > known)
            throw new ArgumentOutOfRangeException(
                nameof(steps), steps, $"Timesteps: 1 to {known} steps were expected, the number of timesteps that the model knows.");
        return Grid(levels, steps, i => ((known - ((steps - 1 - i) * known / steps)) * (levels / known)) - 1);
    }

    /// <summary>Compatibility: evenly spaced from T − 1 to 0 without rounding, and σ/α between trained levels by a straight line in time.</summary>
    /// <param name="schedule">The trained levels.</param>
    /// <param name="steps">S, the number of steps, 1 … T.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is out of range.</exception>
    /// <exception cref="ArgumentException">The last level is pure noise and a time falls between it and the one before.</exception>
    /// <remarks>
    /// What the samplers of other tools that count in σ/α do with linspace. The schedule itself draws ln(α²/σ²) as a straight line, so the
    /// grid's times differ from the even ones, most where levels are far apart. A single step starts at T − 1.
    /// </remarks>
    public static TimeGrid UnroundedLinspace(DiscreteSchedule schedule, int steps)
    {
        Check(schedule.Levels, steps);
        return Grid(schedule.Levels, steps, i =>
        {
            var t = steps == 1 ? schedule.NoiseTime : schedule.NoiseTime * i / (steps - 1);
            var below = Math.Floor(t);
            if (t == below) return t;
            double from = schedule.At(below).Ratio, to = schedule.At(below + 1).Ratio;
            if (!double.IsFinite(to))
                throw new ArgumentException(
                    "Timesteps.UnroundedLinspace: σ/α is infinite at the last level, and a time falls beside it; "
                    + "take fewer steps or rescale with lastAlphaBar above 0, as those tools do.",
                    nameof(schedule));
            return schedule.AtRatio(from + ((to - from) * (t - below))).Time;
        });
    }

    private static TimeGrid Grid(int levels, int steps, Func<int, double> timestep)
    {
        var times = new double[steps];
        for (var i = 0; i < steps; i++) times[i] = timestep(steps - 1 - i);
        return new TimeGrid(times, -1).OfLevels(levels);
    }

    private static void Check(int levels, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levels);
        if (steps < 1 || steps > levels)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"Timesteps: 1 to {levels} steps were expected, the number of trained levels.");
    }
}
