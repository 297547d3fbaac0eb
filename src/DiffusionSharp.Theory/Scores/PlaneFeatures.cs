namespace DiffusionSharp.Theory.Scores;

/// <summary>
/// Vector fields in the plane whose sums are models of a score: the score of a mixture, and bumps and linear functions, each along either axis.
/// </summary>
/// <param name="truth">Weights and means of the mixture.</param>
/// <param name="variance">V of all its components.</param>
/// <param name="centres">Of the bumps.</param>
/// <param name="width">Of the bumps.</param>
internal sealed class PlaneFeatures((double Weight, double X, double Y)[] truth, double variance, (double X, double Y)[] centres, double width)
{
    // Two linear functions and the bumps, along two axes, and last the mixture's score.
    public int Count => (2 * (2 + centres.Length)) + 1;

    /// <summary>The fields' parts along a direction v, vᵀφ, and along it their slopes, vᵀ(∇φ)v.</summary>
    public void Along(double x, double y, double vx, double vy, Span<double> part, Span<double> slope)
    {
        for (var j = -2; j < centres.Length; j++)
        {
            double value, change;
            if (j < 0)
            {
                (value, change) = j == -2 ? (x, vx) : (y, vy);
            }
            else
            {
                var (dx, dy) = ((x - centres[j].X) / width, (y - centres[j].Y) / width);
                value = Math.Exp(-((dx * dx) + (dy * dy)) / 2);
                change = -value * ((dx * vx) + (dy * vy)) / width;
            }

            var first = 2 * (j + 2);
            (part[first], part[first + 1]) = (vx * value, vy * value);
            (slope[first], slope[first + 1]) = (vx * change, vy * change);
        }

        // vᵀs = Σ r_k a_k with a_k = vᵀ(m_k − x)/V, and vᵀ(∇s)v = −|v|²/V + Σ r_k a_k² − (vᵀs)².
        double total = 0, once = 0, twice = 0;
        foreach (var (weight, mx, my) in truth)
        {
            var r = weight * Math.Exp(-(((x - mx) * (x - mx)) + ((y - my) * (y - my))) / (2 * variance));
            var a = (((mx - x) * vx) + ((my - y) * vy)) / variance;
            (total, once, twice) = (total + r, once + (r * a), twice + (r * a * a));
        }

        part[Count - 1] = once / total;
        slope[Count - 1] = (twice / total) - (once / total * (once / total)) - (((vx * vx) + (vy * vy)) / variance);
    }
}
