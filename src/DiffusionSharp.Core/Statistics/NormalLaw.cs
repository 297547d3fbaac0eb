namespace DiffusionSharp.Statistics;

/// <summary>The standard normal law: its distribution function also where differences of probabilities would be rounding alone.</summary>
/// <remarks>Series and continued fraction of the error function: Abramowitz and Stegun 1964, 7.1.6 and 7.1.14.</remarks>
public static class NormalLaw
{
    // From here on the continued fraction converges in fewer terms than the series.
    private const double Far = 2.5;
    private const int FractionTerms = 120;

    /// <summary>Φ(z), the probability of a value of at most z.</summary>
    /// <param name="z">Any real number; NaN gives NaN.</param>
    public static double Cumulative(double z) => z > 0 ? 1 - Cumulative(-z) : Complement(-z / Math.Sqrt(2)) / 2;

    /// <summary>ln Φ(z); also where Φ(z) underflows.</summary>
    /// <param name="z">Any real number; NaN gives NaN.</param>
    public static double LogCumulative(double z)
    {
        if (z > 0) return LogOneMinus(Cumulative(-z));
        var t = -z / Math.Sqrt(2);
        return t < Far ? Math.Log(Complement(t) / 2) : -(t * t) + Math.Log(Tail(t) / 2);
    }

    /// <summary>ln(Φ(high) − Φ(low)), the logarithm of the probability of an interval, also far out in a tail.</summary>
    /// <param name="low">The lower end; −∞ is allowed.</param>
    /// <param name="high">The upper end, above the lower; +∞ is allowed.</param>
    public static double LogInterval(double low, double high)
    {
        // In the left half of the axis, where probabilities are small numbers and not 1 minus small numbers.
        if (low > 0) return LogInterval(-high, -low);
        if (high > 0) return LogOneMinus(Cumulative(low) + Cumulative(-high));
        var above = LogCumulative(high);
        return double.IsNegativeInfinity(low) ? above : above + LogOneMinus(Math.Exp(LogCumulative(low) - above));
    }

    /// <summary>ln of the normal density of mean 0 and a variance, summed over values: −(|z|²/v + d ln 2πv)/2.</summary>
    /// <param name="squaredNorm">|z|², the sum of squared values.</param>
    /// <param name="variance">v, above 0.</param>
    /// <param name="dimension">d, the number of values.</param>
    public static double LogDensity(double squaredNorm, double variance, int dimension) =>
        -((squaredNorm / variance) + (dimension * Math.Log(2 * Math.PI * variance))) / 2;

    // erfc(t) for t ≥ 0.
    private static double Complement(double t)
    {
        if (t >= Far) return Math.Exp(-t * t) * Tail(t);

        // erf t = 2/√π e^(−t²) Σ 2ⁿ t^(2n+1)/(1·3···(2n+1)): no term is negative.
        double term = t, sum = t;
        for (var n = 1; term > 1e-17 * sum; n++)
        {
            term *= 2 * t * t / ((2 * n) + 1);
            sum += term;
        }

        return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-t * t) * sum);
    }

    // e^(t²) erfc(t) for large t: 1/√π · 1/(t + ½/(t + 1/(t + (3/2)/(t + …)))), from the inside out.
    private static double Tail(double t)
    {
        var inner = t;
        for (var n = FractionTerms; n >= 1; n--) inner = t + (n / 2.0 / inner);
        return 1 / (Math.Sqrt(Math.PI) * inner);
    }

    // ln(1 − p) without cancellation for small p: ln(1 − p) = −2 atanh(p/(2 − p)).
    private static double LogOneMinus(double p) => -2 * Math.Atanh(p / (2 - p));
}
