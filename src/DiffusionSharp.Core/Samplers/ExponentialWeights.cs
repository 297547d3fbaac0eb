namespace DiffusionSharp.Samplers;

/// <summary>The φ functions, the weights of every exponential integrator.</summary>
/// <remarks>
/// <code>
/// φ_0(z) = e^z       φ_{k+1}(z) = (φ_k(z) − 1/k!)/z       φ_k(0) = 1/k!
/// ∫₀ʰ e^{c(h−τ)} (τ/h)^j dτ = h · j! · φ_{j+1}(c h)
/// </code>
/// The recurrence cancels near 0, where the series Σ z^n/(n + k)! stands in for it. Hochbruck and Ostermann 2010, "Exponential
/// integrators", Acta Numerica 19, eq. 2.11; Lu et al. 2022, arXiv:2206.00927, appendix B.
/// </remarks>
public static class ExponentialWeights
{
    // Below it the series is used; above it the recurrence loses at most three digits for k = 3.
    private const double SeriesBelow = 1;
    private const int SeriesTerms = 20;

    /// <summary>e^z − 1 without cancellation.</summary>
    /// <param name="z">Any number.</param>
    public static double ExpMinusOne(double z) => Math.Abs(z) < 1 ? 2 * Math.Exp(z / 2) * Math.Sinh(z / 2) : Math.Exp(z) - 1;

    /// <summary>φ_k(z).</summary>
    /// <param name="k">From 0 to 4 in use; any is right.</param>
    /// <param name="z">Any finite number, and −∞.</param>
    public static double Phi(int k, double z)
    {
        if (k == 0) return Math.Exp(z);
        if (double.IsNegativeInfinity(z)) return 0;
        if (k == 1 && z != 0) return ExpMinusOne(z) / z;
        if (Math.Abs(z) < SeriesBelow) return Series(k, z);
        var phi = ExpMinusOne(z) / z;
        var factorial = 1.0;
        for (var j = 1; j < k; j++)
        {
            factorial *= j;
            phi = (phi - (1 / factorial)) / z;
        }

        return phi;
    }

    /// <summary>(1/h) ∫₀ʰ e^{c(h−τ)} (τ/h)^j dτ = j! φ_{j+1}(c h): how much the j-th power of the way gone counts.</summary>
    /// <param name="j">The power, from 0.</param>
    /// <param name="z">c h.</param>
    public static double Moment(int j, double z)
    {
        var factorial = 1.0;
        for (var i = 2; i <= j; i++) factorial *= i;
        return factorial * Phi(j + 1, z);
    }

    private static double Series(int k, double z)
    {
        var term = 1.0;
        for (var i = 2; i <= k; i++) term /= i;
        var sum = 0.0;
        for (var n = 0; n < SeriesTerms; n++)
        {
            sum += term;
            term *= z / (n + 1 + k);
        }

        return sum;
    }
}
