namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>One step of a <see cref="TimeScheme"/> on one line of cells.</summary>
internal static class LineStepper
{
    /// <summary>γ of <see cref="TimeScheme.Sdirk2"/>.</summary>
    public static readonly double Gamma = 1 - (1 / Math.Sqrt(2));

    // Weight of the first stage in the second: (1 − γ)/γ.
    private static readonly double Stage = 1 + Math.Sqrt(2);

    /// <summary>The longest step known to keep any density positive.</summary>
    public static double LargestPositiveStep(double largestOutflow) => largestOutflow > 0 ? Stage / largestOutflow : double.PositiveInfinity;

    /// <summary>Advances p by a step, in place.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="middle">Rates at t + γτ; not read by backward Euler.</param>
    /// <param name="end">Rates at t + τ.</param>
    /// <param name="step">τ.</param>
    /// <param name="p">The density.</param>
    /// <param name="scratch">Room for twice as many values.</param>
    public static void Step(TimeScheme scheme, RateChain middle, RateChain end, double step, Span<double> p, Span<double> scratch)
    {
        var pivots = scratch[..p.Length];
        if (scheme == TimeScheme.BackwardEuler)
        {
            end.Solve(step, p, p, pivots);
            return;
        }

        var u = scratch.Slice(p.Length, p.Length);
        middle.Solve(Gamma * step, p, u, pivots);
        for (var i = 0; i < p.Length; i++) u[i] = (Stage * u[i]) - ((Stage - 1) * p[i]);
        end.Solve(Gamma * step, u, p, pivots);
    }
}
