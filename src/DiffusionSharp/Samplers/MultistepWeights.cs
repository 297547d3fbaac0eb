namespace DiffusionSharp.Samplers;

/// <summary>Weights of estimates at given points in the integral of the polynomial through them: the one home of Adams coefficients.</summary>
/// <remarks>
/// A point θ is relative to the step: 0 is its start, 1 its end, negative what lies behind. The weights satisfy
/// <code>
/// Σ_j w_j θ_j^k = M_k       M_k = ∫₀¹ ω(θ) θ^k dθ,   k = 0 … points − 1
/// </code>
/// With ω = 1 these are the coefficients of Adams, with ω = e^(z(1 − θ)) those of an exponential integrator, M_k = k! φ_(k+1)(z):
/// Hochbruck and Ostermann 2010, doi:10.1017/S0962492910000048, sections 2.1 and 2.5.
/// </remarks>
internal static class MultistepWeights
{
    /// <summary>Weights with ω = 1; for equally spaced points 0, −1, −2, … those of Adams and Bashforth.</summary>
    public static double[] Adams(ReadOnlySpan<double> points)
    {
        Span<double> moments = stackalloc double[points.Length];
        for (var k = 0; k < moments.Length; k++) moments[k] = 1.0 / (k + 1);
        return FromMoments(points, moments);
    }

    /// <summary>Weights with ω = e^(z(1 − θ)).</summary>
    public static double[] Exponential(ReadOnlySpan<double> points, double z, TwoPointWeights twoPoint = TwoPointWeights.Exact)
    {
        Span<double> moments = stackalloc double[points.Length];
        var factorial = 1.0;
        for (var k = 0; k < moments.Length; factorial *= ++k) moments[k] = factorial * Phi(k + 1, z);
        if (points.Length == 2) moments[1] = twoPoint switch { TwoPointWeights.Bh1 => 0.5, TwoPointWeights.Bh2 => moments[0] / 2, _ => moments[1] };
        return FromMoments(points, moments);
    }

    /// <summary>Weights for given moments.</summary>
    public static double[] FromMoments(ReadOnlySpan<double> points, ReadOnlySpan<double> moments)
    {
        var weights = new double[points.Length];
        Span<double> polynomial = stackalloc double[points.Length];
        for (var j = 0; j < weights.Length; j++)
        {
            // The coefficients of ∏_(m ≠ j) (θ − θ_m)/(θ_j − θ_m), by rising powers.
            polynomial.Clear();
            polynomial[0] = 1;
            for (var m = 0; m < points.Length; m++)
            {
                if (m == j) continue;
                var scale = 1 / (points[j] - points[m]);
                for (var k = polynomial.Length - 1; k >= 0; k--) polynomial[k] = scale * ((k > 0 ? polynomial[k - 1] : 0) - (points[m] * polynomial[k]));
            }

            for (var k = 0; k < polynomial.Length; k++) weights[j] += polynomial[k] * moments[k];
        }

        return weights;
    }

    /// <summary>φ_k(z) = ∫₀¹ e^(z(1 − θ)) θ^(k − 1)/(k − 1)! dθ = Σ_n z^n/(n + k)!, k ≥ 1.</summary>
    public static double Phi(int order, double z)
    {
        var reciprocal = 1.0;
        if (Math.Abs(z) >= 1)
        {
            // φ_0 = e^z, φ_(k+1) = (φ_k − 1/k!)/z, which near 0 would cancel.
            var phi = Math.Exp(z);
            for (var k = 0; k < order; reciprocal /= ++k) phi = (phi - reciprocal) / z;
            return phi;
        }

        for (var k = 2; k <= order; k++) reciprocal /= k;
        var (sum, term) = (0.0, reciprocal);
        for (var n = order + 1; n < order + 20; n++)
        {
            sum += term;
            term *= z / n;
        }

        return sum;
    }
}
