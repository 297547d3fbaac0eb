namespace DiffusionSharp.Schedules;

/// <summary>Grids of S steps on any schedule, the noisiest level first, the last step ending at clean data unless the range says otherwise.</summary>
/// <remarks>
/// S levels a_0 &gt; … &gt; a_(S−1) run from the largest to the smallest of a <see cref="GridRange"/>, both visited; a single step starts at
/// the largest. a is σ/α unless said otherwise, u = i/(S − 1). Grids on trained timesteps are in <see cref="Timesteps"/>, steps of equal
/// time down to clean data are <see cref="TimeGrid.Uniform(Schedule, int)"/>.
/// </remarks>
public static class Grids
{
    /// <summary>a_i = a_max + u (a_min − a_max): evenly spaced, in time by default.</summary>
    /// <param name="schedule">The schedule whose times the grid holds.</param>
    /// <param name="steps">S, at least 1.</param>
    /// <param name="range">From where to where; by default all that the schedule's networks know.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the range is not one of this schedule.</exception>
    /// <remarks>On <see cref="VpLinearSchedule"/> this is the VP grid of Karras et al. 2022, arXiv:2206.00364, table 1, ε_s = 10⁻³.</remarks>
    public static TimeGrid Even(Schedule schedule, int steps, GridRange? range = null) =>
        (range ?? new GridRange(Scale: GridScale.Time)).Grid(schedule, steps, "Grids.Even", (low, high, u) => high + (u * (low - high)));

    /// <summary>Evenly spaced in λ = ln(α²/σ²): <see cref="Exponential"/> by its other name.</summary>
    /// <inheritdoc cref="Even"/>
    /// <remarks>Lu et al. 2022, arXiv:2206.00927, section 3.4; their λ is half of ours.</remarks>
    public static TimeGrid UniformLogSnr(Schedule schedule, int steps, GridRange? range = null) => Exponential(schedule, steps, range);

    /// <summary>ln a evenly spaced: each level a fixed fraction of the one before.</summary>
    /// <inheritdoc cref="Even"/>
    /// <remarks>The levels of SMLD, Song and Ermon 2019, arXiv:1907.05600, section 4.1.</remarks>
    public static TimeGrid Exponential(Schedule schedule, int steps, GridRange? range = null) => Polyexponential(schedule, steps, range, 1);

    /// <summary>ln a_i = ln a_min + (1 − u)^ρ (ln a_max − ln a_min).</summary>
    /// <inheritdoc cref="Even"/>
    /// <param name="schedule">The schedule whose times the grid holds.</param>
    /// <param name="steps">S, at least 1.</param>
    /// <param name="range">From where to where; by default all that the schedule's networks know.</param>
    /// <param name="rho">ρ above 0; 1 is <see cref="Exponential"/>, more puts more levels near the smallest.</param>
    /// <remarks>The grid of the same name in Crowson's k-diffusion.</remarks>
    public static TimeGrid Polyexponential(Schedule schedule, int steps, GridRange? range = null, double rho = 1)
    {
        Guard.Above(rho, 0, "Grids.Polyexponential: ρ");
        return (range ?? new GridRange()).Grid(schedule, steps, "Grids.Exponential", Ramp);

        double Ramp(double low, double high, double u) => Math.Exp(Math.Log(Positive(low)) + (Math.Pow(1 - u, rho) * Math.Log(high / low)));
    }

    /// <summary>a_i = (a_max^(1/ρ) + u (a_min^(1/ρ) − a_max^(1/ρ)))^ρ: steps that shorten towards the data.</summary>
    /// <inheritdoc cref="Polyexponential"/>
    /// <param name="schedule">The schedule whose times the grid holds.</param>
    /// <param name="steps">S, at least 1.</param>
    /// <param name="range">From where to where; by default all that the schedule's networks know.</param>
    /// <param name="rho">ρ above 0; 7 is the paper's, 1 is evenly spaced.</param>
    /// <remarks>Karras et al. 2022, arXiv:2206.00364, eq. 5.</remarks>
    public static TimeGrid Karras(Schedule schedule, int steps, GridRange? range = null, double rho = 7)
    {
        Guard.Above(rho, 0, "Grids.Karras: ρ");
        return (range ?? new GridRange()).Grid(schedule, steps, "Grids.Karras", (low, high, u) =>
        {
            var root = Math.Pow(high, 1 / rho);
            return Math.Pow(root + (u * (Math.Pow(NotNegative(low), 1 / rho) - root)), rho);
        });
    }

    /// <summary>a_i = a_min + F⁻¹(1 − u) (a_max − a_min), F the beta distribution: dense at both ends; in time by default.</summary>
    /// <inheritdoc cref="Even"/>
    /// <param name="schedule">The schedule whose times the grid holds.</param>
    /// <param name="steps">S, at least 1.</param>
    /// <param name="range">From where to where; by default all times that the schedule's networks know. Some tools space σ/α instead.</param>
    /// <param name="alpha">First shape, in [0.05, 50]; 0.6 is the paper's.</param>
    /// <param name="beta">Second shape, in [0.05, 50]; 0.6 is the paper's.</param>
    /// <remarks>Lee et al. 2024, arXiv:2407.12173, section 4.</remarks>
    public static TimeGrid Beta(Schedule schedule, int steps, GridRange? range = null, double alpha = 0.6, double beta = 0.6)
    {
        var distribution = new BetaDistribution(Guard.InRange(alpha, 0.05, 50, "Grids.Beta: α"), Guard.InRange(beta, 0.05, 50, "Grids.Beta: β"));
        return (range ?? new GridRange(Scale: GridScale.Time)).Grid(schedule, steps, "Grids.Beta", Ramp);

        double Ramp(double low, double high, double u) => low + (distribution.Quantile(1 - u) * (high - low));
    }

    /// <summary>Levels optimised for a published model, by ln a interpolated between the ten steps of its table.</summary>
    /// <param name="schedule">The schedule whose times the grid holds; it must reach the table's largest σ/α.</param>
    /// <param name="steps">S, at least 1; 10 gives the table itself.</param>
    /// <param name="model">The model whose table is taken.</param>
    /// <param name="end">At clean data, in place of the table's last level, or at that level.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range, or the schedule is never as noisy as the table.</exception>
    /// <remarks>Sabour et al. 2024, arXiv:2404.14507, appendix B.</remarks>
    public static TimeGrid AlignYourSteps(Schedule schedule, int steps, AlignedModel model, GridEnd end = GridEnd.Clean)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        var table = AlignedLevels.Of(model);
        var times = new double[steps + 1];
        for (var i = 0; i <= steps; i++)
        {
            var place = (double)i * (table.Length - 1) / steps;
            var below = Math.Min((int)place, table.Length - 2);
            var ratio = table[below] * Math.Pow(table[below + 1] / table[below], place - below);

            // The table has three digits: its 14.615 is the 14.6146 of the latent schedule.
            times[i] = GridRange.TimeAtRatio(schedule, ratio, "Grids.AlignYourSteps", 1e-3);
        }

        return new TimeGrid(times.AsSpan(0, steps), end == GridEnd.Clean ? schedule.CleanTime : times[steps]);
    }

    /// <summary>Given σ/α: S + 1 of them, from where the first step starts to where the last ends.</summary>
    /// <param name="schedule">The schedule whose times the grid holds.</param>
    /// <param name="ratios">σ/α strictly falling, at least two; the last 0 for clean data.</param>
    /// <exception cref="ArgumentException">There are fewer than two, they do not fall, or one lies outside the schedule.</exception>
    public static TimeGrid FromRatios(Schedule schedule, ReadOnlySpan<double> ratios)
    {
        if (ratios.Length < 2)
            throw new ArgumentException(
                $"Grids.FromRatios: at least two σ/α were expected, where the first step starts and where it ends; {ratios.Length} came.", nameof(ratios));
        var times = new double[ratios.Length];
        for (var i = 0; i < times.Length; i++) times[i] = GridRange.TimeAtRatio(schedule, ratios[i], "Grids.FromRatios");
        return new TimeGrid(times.AsSpan(0, times.Length - 1), times[^1]);
    }

    private static double Positive(double smallest) =>
        smallest > 0
            ? smallest
            : throw new ArgumentException(
                FormattableString.Invariant($"Grids.Exponential: a smallest value above 0 was expected, its logarithm is spaced; {smallest} came."));

    private static double NotNegative(double smallest) =>
        smallest >= 0
            ? smallest
            : throw new ArgumentException(
                FormattableString.Invariant($"Grids.Karras: a smallest value of 0 or more was expected, its root is spaced; {smallest} came."));
}
