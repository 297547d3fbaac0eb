namespace DiffusionSharp.Samplers;

/// <summary>Gauss–Legendre quadrature of 16 points on [0, 1], exact for polynomials of degree 31.</summary>
/// <remarks>The nodes are the roots of the Legendre polynomial P₁₆ by Newton's method. Abramowitz and Stegun 1964, 25.4.29 and 25.4.30.</remarks>
internal static class GaussLegendre
{
    private const int Count = 16;

    public static IReadOnlyList<(double Node, double Weight)> OnUnitInterval { get; } = [.. Enumerable.Range(0, Count).Select(Rule)];

    private static (double Node, double Weight) Rule(int index)
    {
        var x = Math.Cos(Math.PI * (index + 0.75) / (Count + 0.5));
        var slope = 0.0;
        for (var iteration = 0; iteration < 8; iteration++)
        {
            var (p, previous) = (x, 1.0);
            for (var n = 2; n <= Count; n++) (p, previous) = ((((2 * n) - 1) * x * p - ((n - 1) * previous)) / n, p);
            slope = Count * ((x * p) - previous) / ((x * x) - 1);
            x -= p / slope;
        }

        return ((1 - x) / 2, 1 / ((1 - (x * x)) * slope * slope));
    }
}
