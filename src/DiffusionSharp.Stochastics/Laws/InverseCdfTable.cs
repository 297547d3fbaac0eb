namespace DiffusionSharp.Stochastics.Laws;

/// <summary>A law on the line from a table of its density: sampled through the table's inverse distribution function.</summary>
/// <remarks>
/// The density is integrated cell by cell and the distribution function taken as linear between the nodes, so the law that is sampled is uniform
/// in each cell. With the trapezoid rule its distribution function is off by (5/24) h² max|p′|: h²/8 by the line, h²/12 by the rule.
/// </remarks>
public sealed class InverseCdfTable
{
    private readonly double low;
    private readonly double[] cumulative;

    /// <summary>Makes the table.</summary>
    /// <param name="low">Where the law begins: nothing is to lie below.</param>
    /// <param name="high">Where it ends.</param>
    /// <param name="cells">How many cells, at least 1.</param>
    /// <param name="density">p(x) ≥ 0, up to a factor.</param>
    /// <param name="cellMass">The integral over a cell, from the densities at its ends and its width.</param>
    /// <exception cref="ArgumentException">The density is negative or not finite, or vanishes everywhere.</exception>
    public InverseCdfTable(double low, double high, int cells, Func<double, double> density, Func<double, double, double, double> cellMass)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 1);
        if (!(high > low && double.IsFinite(high - low)))
            throw new ArgumentException(FormattableString.Invariant($"InverseCdfTable: an interval was expected, [{low}, {high}] was given."), nameof(high));
        (this.low, Spacing, cumulative) = (low, (high - low) / cells, new double[cells + 1]);
        var left = density(low);
        for (var i = 0; i < cells; i++)
        {
            var right = density(low + ((i + 1) * Spacing));
            var mass = cellMass(left, right, Spacing);
            if (!(mass >= 0))
                throw new ArgumentException(
                    FormattableString.Invariant($"InverseCdfTable: a density of at least 0 was expected, cell {i} holds {mass}."),
                    nameof(density));
            cumulative[i + 1] = cumulative[i] + mass;
            left = right;
        }

        var total = cumulative[cells];
        if (!(total > 0 && double.IsFinite(total)))
            throw new ArgumentException(
                FormattableString.Invariant($"InverseCdfTable: the density integrates to {total}; a positive number was expected."),
                nameof(density));
        for (var i = 0; i <= cells; i++) cumulative[i] /= total;
    }

    /// <summary>h, the width of a cell.</summary>
    public double Spacing { get; }

    /// <summary>The density that the table samples, as a line of steps.</summary>
    public (double[] X, double[] Density) Steps
    {
        get
        {
            var (x, p) = (new double[2 * (cumulative.Length - 1)], new double[2 * (cumulative.Length - 1)]);
            for (var i = 0; i < cumulative.Length - 1; i++)
            {
                (x[2 * i], x[(2 * i) + 1]) = (low + (i * Spacing), low + ((i + 1) * Spacing));
                p[2 * i] = p[(2 * i) + 1] = (cumulative[i + 1] - cumulative[i]) / Spacing;
            }

            return (x, p);
        }
    }

    /// <summary>F⁻¹(u) of the table, by bisection and a line.</summary>
    /// <param name="u">In [0, 1].</param>
    public double Quantile(double u)
    {
        if (!(u >= 0 && u <= 1)) throw new ArgumentOutOfRangeException(nameof(u), u, "InverseCdfTable: u in [0, 1] was expected.");
        int below = 0, above = cumulative.Length - 1;
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            if (cumulative[middle] <= u) below = middle;
            else above = middle;
        }

        var mass = cumulative[above] - cumulative[below];
        return low + ((below + (mass > 0 ? (u - cumulative[below]) / mass : 0)) * Spacing);
    }

    /// <summary>F(x) of the table: the law that <see cref="Quantile"/> samples.</summary>
    /// <param name="x">Any number.</param>
    public double Cumulative(double x)
    {
        var place = Math.Clamp((x - low) / Spacing, 0, cumulative.Length - 1);
        var i = Math.Min((int)place, cumulative.Length - 2);
        return cumulative[i] + ((place - i) * (cumulative[i + 1] - cumulative[i]));
    }

    /// <summary>The largest |F_table − F| over 16 points a cell, its middle among them.</summary>
    /// <param name="exact">F, the cumulative distribution that the table stands for.</param>
    public double Distance(Func<double, double> exact)
    {
        var worst = 0.0;
        for (var i = 0; i < 16 * (cumulative.Length - 1); i++)
        {
            var x = low + (i / 16.0 * Spacing);
            worst = Math.Max(worst, Math.Abs(Cumulative(x) - exact(x)));
        }

        return worst;
    }
}
