namespace DiffusionSharp.Samplers;

/// <summary>Weights of estimates at given points in the integral of the polynomial through them: the one home of Adams coefficients.</summary>
/// <remarks>
/// A point θ is relative to the step: 0 is its start, 1 its end, negative what lies behind. The weights satisfy
/// <code>
/// Σ_j w_j θ_j^k = M_k       M_k = ∫₀¹ ω(θ) θ^k dθ,   k = 0 … points − 1
/// </code>
/// With ω = 1 these are the coefficients of Adams, with ω = e^(z(1 − θ)) those of an exponential integrator, M_k = k! φ_(k+1)(z)
/// (<see cref="ExponentialWeights.Moment"/>): Hochbruck and Ostermann 2010, doi:10.1017/S0962492910000048, section 2.5.
/// </remarks>
public static class MultistepWeights
{
    /// <summary>Weights with ω = 1; for equally spaced points 0, −1, −2, … those of Adams and Bashforth.</summary>
    /// <param name="points">Where the estimates lie, all different.</param>
    /// <exception cref="ArgumentException">There is no point, or two are equal.</exception>
    public static double[] Adams(ReadOnlySpan<double> points)
    {
        Span<double> moments = stackalloc double[points.Length];
        for (var k = 0; k < moments.Length; k++) moments[k] = 1.0 / (k + 1);
        return FromMoments(points, moments);
    }

    /// <summary>Weights with ω = e^(z(1 − θ)).</summary>
    /// <param name="points">Where the estimates lie, all different.</param>
    /// <param name="z">The exponent, finite.</param>
    /// <param name="twoPoint">M₁ where there are two points.</param>
    /// <exception cref="ArgumentException">There is no point, or two are equal.</exception>
    public static double[] Exponential(ReadOnlySpan<double> points, double z, TwoPointWeights twoPoint = TwoPointWeights.Exact)
    {
        Span<double> moments = stackalloc double[points.Length];
        for (var k = 0; k < moments.Length; k++) moments[k] = ExponentialWeights.Moment(k, z);
        if (points.Length == 2) moments[1] = twoPoint switch { TwoPointWeights.Bh1 => 0.5, TwoPointWeights.Bh2 => moments[0] / 2, _ => moments[1] };
        return FromMoments(points, moments);
    }

    /// <summary>Weights for given moments.</summary>
    /// <param name="points">Where the estimates lie, all different.</param>
    /// <param name="moments">M_k, as many as points.</param>
    /// <exception cref="ArgumentException">There is no point, two are equal, or there are not as many moments.</exception>
    public static double[] FromMoments(ReadOnlySpan<double> points, ReadOnlySpan<double> moments)
    {
        if (points.IsEmpty || moments.Length != points.Length)
        {
            var found = $"there are {points.Length} points and {moments.Length} moments";
            throw new ArgumentException($"MultistepWeights: as many moments as points were expected and at least one; {found}.", nameof(moments));
        }

        for (var j = 1; j < points.Length; j++)
            if (points[..j].Contains(points[j])) throw new ArgumentException("MultistepWeights: two points are equal.", nameof(points));

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
}
