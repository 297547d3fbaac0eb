namespace DiffusionSharp.Theory.Scores;

/// <summary>Vector fields in the plane whose sums are models of a score: bumps and linear functions, each along either axis.</summary>
/// <param name="centres">Of the bumps.</param>
/// <param name="width">Of the bumps.</param>
internal sealed class PlaneFeatures((double X, double Y)[] centres, double width)
{
    // Two linear functions and the bumps, along two axes.
    public int Count => 2 * (2 + centres.Length);

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
    }
}
