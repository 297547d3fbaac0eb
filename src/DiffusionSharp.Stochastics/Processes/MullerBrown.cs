namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The surface of Müller and Brown in the plane: three wells joined by a bent valley, the standard picture of a reaction.</summary>
/// <remarks>
/// <code>
/// U(x, y) = s Σ_k A_k exp(a_k (x − x_k)² + b_k (x − x_k)(y − y_k) + c_k (y − y_k)²)
/// </code>
/// With s = 1 the wells lie at (−0.558, 1.442), U = −146.7; (0.623, 0.028), U = −108.2; (−0.050, 0.467), U = −80.8.
/// Müller and Brown 1979, "Location of saddle points and minimum energy paths by a constrained simplex optimization procedure".
/// </remarks>
/// <param name="scale">s, above 0: the unit of energy.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not positive.</exception>
public sealed class MullerBrown(double scale = 1) : Potential(2)
{
    private static readonly (double Depth, double X, double Y, double A, double B, double C)[] Terms =
    [
        (-200, 1, 0, -1, 0, -10),
        (-100, 0, 0.5, -1, 0, -10),
        (-170, -0.5, 1.5, -6.5, 11, -6.5),
        (15, -1, 1, 0.7, 0.6, 0.7),
    ];

    /// <summary>s.</summary>
    public double Scale { get; } = Require.Positive(scale, "MullerBrown: scale");

    /// <inheritdoc/>
    public override double Energy(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        foreach (var (depth, x0, y0, a, b, c) in Terms)
        {
            var (u, v) = (x[0] - x0, x[1] - y0);
            sum += depth * Math.Exp((a * u * u) + (b * u * v) + (c * v * v));
        }

        return Scale * sum;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> x, Span<double> gradient)
    {
        for (var i = 0; i < x.Length; i += 2)
        {
            var (gx, gy) = (0.0, 0.0);
            foreach (var (depth, x0, y0, a, b, c) in Terms)
            {
                var (u, v) = (x[i] - x0, x[i + 1] - y0);
                var term = depth * Math.Exp((a * u * u) + (b * u * v) + (c * v * v));
                gx += term * ((2 * a * u) + (b * v));
                gy += term * ((b * u) + (2 * c * v));
            }

            (gradient[i], gradient[i + 1]) = (Scale * gx, Scale * gy);
        }
    }
}
