namespace DiffusionSharp.Stochastics.Numerics;

/// <summary>Integrals of smooth functions that vanish at both ends, by the trapezoid rule.</summary>
/// <remarks>
/// For an analytic integrand that has died away at both ends the rule's error falls faster than any power of the step
/// (Trefethen and Weideman 2014, "The exponentially convergent trapezoidal rule"): with enough points only rounding is left.
/// </remarks>
public static class Quadrature
{
    /// <summary>∫ f over [low, high].</summary>
    /// <param name="f">The integrand.</param>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end, above it.</param>
    /// <param name="intervals">How many equal intervals, at least 1.</param>
    public static double Integrate(Func<double, double> f, double low, double high, int intervals)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intervals, 1);
        var h = (high - low) / intervals;
        var sum = (f(low) + f(high)) / 2;
        for (var i = 1; i < intervals; i++) sum += f(low + (i * h));
        return sum * h;
    }

    /// <summary>Equally spaced points, both ends among them.</summary>
    /// <param name="low">The first.</param>
    /// <param name="high">The last.</param>
    /// <param name="count">How many, at least 2.</param>
    public static double[] Points(double low, double high, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        var points = new double[count];
        for (var i = 0; i < count; i++) points[i] = low + ((high - low) * i / (count - 1));
        return points;
    }
}
