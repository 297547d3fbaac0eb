using System.Globalization;

namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Boltzmann's law e^(−U/kT)/Z of a potential on a line, by quadrature: density, distribution function, means.</summary>
/// <remarks>
/// Trapezoids on 2001 points for Z and means, exact to rounding where the density dies away within the range; the distribution function is
/// their running sum, with Simpson's rule inside a cell, exact to about 1e-9 for a potential that is smooth on the scale of a hundredth.
/// </remarks>
public sealed class BoltzmannLaw
{
    private const int Cells = 2000;
    private readonly double[] running = new double[Cells + 1];
    private readonly Potential potential;
    private readonly double temperature, range, normalization, width, lowest;

    /// <summary>Finds Z.</summary>
    /// <param name="potential">U, in one dimension.</param>
    /// <param name="temperature">kT, above 0.</param>
    /// <param name="range">Where U/kT is so large, at ± this, that nothing lies beyond; above 0.</param>
    /// <exception cref="ArgumentException">
    /// The potential has more than one dimension, a number is not positive, or the law reaches beyond the range.
    /// </exception>
    public BoltzmannLaw(Potential potential, double temperature, double range = 4)
    {
        if (potential.Dimensions != 1)
            throw new ArgumentException($"BoltzmannLaw: a potential in {potential.Dimensions} dimensions; one is needed.", nameof(potential));
        this.potential = potential;
        this.temperature = Require.Positive(temperature, "BoltzmannLaw: temperature");
        this.range = Require.Positive(range, "BoltzmannLaw: range");
        width = 2 * range / Cells;
        lowest = Enumerable.Range(0, Cells + 1).Min(i => potential.Energy(-range + (i * width)));

        // What is cut off is of the size of the ends' weights against the highest, 1; the distribution function is good to 1e-9.
        var end = Math.Max(Weight(-range), Weight(range));
        if (!(end <= 1e-9))
            throw new ArgumentOutOfRangeException(
                nameof(range),
                range,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"BoltzmannLaw: at an end of ±{range:G6} the density is {end:G3} of its highest; a range that holds the law, " +
                    $"with 1e-9 or less at its ends, is needed."));
        for (var i = 0; i < Cells; i++) running[i + 1] = running[i] + Cell(-range + (i * width), width);
        normalization = running[Cells];
    }

    /// <summary>p(x).</summary>
    /// <param name="x">A position.</param>
    public double Density(double x) => Weight(x) / normalization;

    /// <summary>The probability of a position of at most x.</summary>
    /// <param name="x">A position.</param>
    public double Cumulative(double x)
    {
        if (x <= -range) return 0;
        if (x >= range) return 1;
        var i = Math.Min((int)((x + range) / width), Cells - 1);
        var left = -range + (i * width);
        return (running[i] + Cell(left, x - left)) / normalization;
    }

    /// <summary>E[φ(x)].</summary>
    /// <param name="function">φ, a function of the place.</param>
    public double Mean(Func<double, double> function)
    {
        double sum = 0, total = 0;
        for (var i = 0; i <= Cells; i++)
        {
            var x = -range + (i * width);
            (sum, total) = (sum + (Weight(x) * function(x)), total + Weight(x));
        }

        return sum / total;
    }

    private double Weight(double x) => Math.Exp((lowest - potential.Energy(x)) / temperature);

    private double Cell(double left, double length) => length / 6 * (Weight(left) + (4 * Weight(left + (length / 2))) + Weight(left + length));
}
