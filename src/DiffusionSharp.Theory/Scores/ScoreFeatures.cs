using DiffusionSharp.Stochastics.Laws;

namespace DiffusionSharp.Theory.Scores;

/// <summary>Functions on the line whose sums are models of a score.</summary>
/// <remarks>
/// The first belong to a mixture and hold its true score: r_k and r_k x, with r_k the probability of component k, for which
/// ∇ ln p = Σ r_k (m_k − x)/v. The others are bumps exp(−(x − c)²/(2w²)), which the truth does not need.
/// </remarks>
internal sealed class ScoreFeatures(LineMixture? mixture, double[] centres, double width)
{
    private readonly (double Weight, double Mean, double Variance)[] components = mixture is null ? [] : [.. mixture.Components];

    public int Count => (2 * components.Length) + centres.Length;

    /// <summary>The coefficients of the mixture's true score.</summary>
    public double[] Truth
    {
        get
        {
            var truth = new double[Count];
            for (var k = 0; k < components.Length; k++)
                (truth[2 * k], truth[(2 * k) + 1]) = (components[k].Mean / components[k].Variance, -1 / components[k].Variance);
            return truth;
        }
    }

    /// <summary>Values and derivatives at a point.</summary>
    public void At(double x, Span<double> phi, Span<double> slope)
    {
        var first = 0;
        if (mixture is not null)
        {
            Span<double> r = stackalloc double[components.Length];
            mixture.Shares(x, r);
            var score = 0.0;
            for (var k = 0; k < r.Length; k++) score += r[k] * (components[k].Mean - x) / components[k].Variance;
            for (var k = 0; k < r.Length; k++)
            {
                // r_k′ = r_k (s_k − s).
                var change = r[k] * (((components[k].Mean - x) / components[k].Variance) - score);
                (phi[first], slope[first]) = (r[k], change);
                (phi[first + 1], slope[first + 1]) = (r[k] * x, (change * x) + r[k]);
                first += 2;
            }
        }

        for (var j = 0; j < centres.Length; j++)
        {
            var u = (x - centres[j]) / width;
            (phi[first + j], slope[first + j]) = (Math.Exp(-u * u / 2), -u / width * Math.Exp(-u * u / 2));
        }
    }
}
