namespace DiffusionSharp.Schedules;

/// <summary>The beta distribution on [0, 1]: F(x) = ∫₀ˣ s^(a−1) (1 − s)^(b−1) ds / B(a, b), and its inverse.</summary>
/// <remarks>For shapes a, b of 0.05 to 50. Digital Library of Mathematical Functions, section 8.17.</remarks>
internal readonly struct BetaDistribution
{
    private readonly double a;
    private readonly double b;
    private readonly double logNorm;

    public BetaDistribution(double a, double b)
    {
        this.a = a;
        this.b = b;
        logNorm = LogGamma(a + b) - LogGamma(a) - LogGamma(b);
    }

    /// <summary>F(x).</summary>
    public double Cumulative(double x) => x <= 0 ? 0 : x >= 1 ? 1 : Below(x, 1 - x);

    /// <summary>F⁻¹(p).</summary>
    public double Quantile(double p)
    {
        if (p <= 0) return 0;
        if (p >= 1) return 1;

        // Solved for the smaller of x and 1 − x, so that neither end loses digits.
        return p <= Cumulative(0.5) ? Solve(p) : 1 - new BetaDistribution(b, a).Solve(1 - p);
    }

    // x ≤ ½ by halving in ln x, on which F is close to linear near 0.
    private double Solve(double p)
    {
        double low = -800, high = Math.Log(0.5);
        for (var i = 0; i < 200 && low < high; i++)
        {
            var middle = (low + high) / 2;
            if (middle == low || middle == high) break;
            var x = Math.Exp(middle);
            if (Below(x, 1 - x) < p) low = middle;
            else high = middle;
        }

        return Math.Exp(high);
    }

    // The continued fraction of eq. 8.17.22 converges fast below the mean; above it the other tail is taken.
    private double Below(double x, double y)
    {
        var front = Math.Exp(logNorm + (a * Math.Log(x)) + (b * Math.Log(y)));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(a, b, x) / a : 1 - (front * Fraction(b, a, y) / b);
    }

    // 1/(1 + d₁/(1 + d₂/(1 + …))) from the far end; 120 terms are more than any shape here needs.
    private static double Fraction(double a, double b, double x)
    {
        var value = 1.0;
        for (var n = 120; n >= 1; n--)
        {
            var m = n / 2;
            var d = n % 2 == 0
                ? m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)))
                : -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            value = 1 + (d / value);
        }

        return 1 / value;
    }

    // Stirling's series after shifting the argument above 12, where its next term is below 1e-16.
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 12; x++) shift += Math.Log(x);
        double r = 1 / x, s = r * r;
        var series = r * ((1.0 / 12) - (s * ((1.0 / 360) - (s * ((1.0 / 1260) - (s * ((1.0 / 1680) - (s * ((1.0 / 1188) - (s * 691 / 360360))))))))));
        return ((x - 0.5) * Math.Log(x)) - x + (Math.Log(2 * Math.PI) / 2) + series - shift;
    }
}
