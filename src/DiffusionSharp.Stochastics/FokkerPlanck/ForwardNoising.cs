using DiffusionSharp.Schedules;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>The Fokker–Planck equations of diffusion models: how data becomes noise under a schedule, and how noise becomes data again.</summary>
/// <remarks>
/// <code>
/// forward, t:           f = f(t) x,   g = g(t)                          x_t = α x₀ + σ ε in law
/// reverse, s = T − t:   f = −f(t) x + ½(1 + λ²) g² ∇ln p_t,   g = λ g(t)      λ = 1 the reverse SDE, λ = 0 the probability flow
/// </code>
/// f(t) and g(t) are the <see cref="Schedule"/>'s. Song et al. 2021, arXiv:2011.13456, eq. 5, 6 and 13; Karras et al. 2022, arXiv:2206.00364, eq. 6 for the
/// family between them. At λ = 0 there is no diffusion left and the flux is the upwind one, of first order.
/// </remarks>
public static class ForwardNoising
{
    private const double Nearby = 1e-9;

    /// <summary>The law of x_t: from any density at one time to a later one.</summary>
    /// <param name="grid">The cells: wide enough for data and noise.</param>
    /// <param name="schedule">Its drift must be finite on the stretch of time that is solved.</param>
    public static FokkerPlanck1D Equation(CellGrid grid, Schedule schedule) => Equation(grid, schedule, TimeScheme.BackwardEuler);

    /// <summary>The law of x_t by a given scheme.</summary>
    /// <param name="grid">The cells: wide enough for data and noise.</param>
    /// <param name="schedule">Its drift must be finite on the stretch of time that is solved.</param>
    /// <param name="scheme">How time is stepped.</param>
    /// <param name="allowsNegative">Whether second-order steps may leave negative values.</param>
    public static FokkerPlanck1D Equation(CellGrid grid, Schedule schedule, TimeScheme scheme, bool allowsNegative = false) => new(
        grid,
        (t, f, d, face) =>
        {
            var (rate, half) = Coefficients(schedule, t);
            for (var i = 0; i < f.Length; i++) f[i] = rate * grid.Face(i + 1);
            d.Fill(half);
            face.Fill(half);
        },
        autonomous: false)
    { Scheme = scheme, AllowsNegative = allowsNegative };

    /// <summary>The law of the reverse process in s = <paramref name="start"/> − t, which grows while the noise falls.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="schedule">The schedule of the forward process.</param>
    /// <param name="score">∂ ln p_t/∂x at (x, t), t the forward time.</param>
    /// <param name="start">The forward time at s = 0.</param>
    /// <param name="noiseLevel">λ, at least 0.</param>
    /// <param name="scheme">How time is stepped.</param>
    /// <param name="allowsNegative">Whether second-order steps may leave negative values.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or not finite.</exception>
    public static FokkerPlanck1D Reverse(
        CellGrid grid,
        Schedule schedule,
        Func<double, double, double> score,
        double start,
        double noiseLevel = 1,
        TimeScheme scheme = TimeScheme.BackwardEuler,
        bool allowsNegative = false)
    {
        if (!(noiseLevel >= 0 && double.IsFinite(noiseLevel)))
            throw new ArgumentOutOfRangeException(
                nameof(noiseLevel),
                noiseLevel,
                "ForwardNoising: a finite noise level of at least 0 was expected; 1 is the reverse SDE, 0 the probability flow.");
        var square = noiseLevel * noiseLevel;
        return new FokkerPlanck1D(
            grid,
            (s, f, d, face) =>
            {
                var t = start - s;
                var (rate, half) = Coefficients(schedule, t);
                for (var i = 0; i < f.Length; i++)
                {
                    var x = grid.Face(i + 1);
                    f[i] = ((1 + square) * half * score(x, t)) - (rate * x);
                }

                d.Fill(square * half);
                face.Fill(square * half);
            },
            autonomous: false)
        { Scheme = scheme, AllowsNegative = allowsNegative };
    }

    private static (double Rate, double Half) Coefficients(Schedule schedule, double t)
    {
        // The last of many equal steps may end a rounding beyond the schedule.
        if (Math.Abs(t - schedule.NoiseTime) < Nearby) t = Math.Min(t, schedule.NoiseTime);
        if (Math.Abs(t - schedule.CleanTime) < Nearby) t = Math.Max(t, schedule.CleanTime);
        var g = schedule.Diffusion(t);
        return (schedule.Drift(t), g * g / 2);
    }
}
