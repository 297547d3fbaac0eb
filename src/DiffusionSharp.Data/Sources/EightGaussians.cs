using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>Eight equal Gaussians on a circle, of unit variance along each axis: the test of whether a model finds every mode.</summary>
public static class EightGaussians
{
    /// <summary>Standard deviation of each mode, along each axis.</summary>
    public const double Sigma = 0.1;

    /// <summary>Radius of the circle of modes: r²/2 + σ² = 1.</summary>
    public static double Radius { get; } = Math.Sqrt(2 * (1 - (Sigma * Sigma)));

    /// <summary>The centres, counter-clockwise from the positive first axis; a sample's label is the index of its mode.</summary>
    public static IReadOnlyList<(double X, double Y)> Modes { get; } =
        [.. Enumerable.Range(0, 8).Select(k => (Radius * Math.Cos(Math.PI * k / 4), Radius * Math.Sin(Math.PI * k / 4)))];

    internal static (double X, double Y, int Class) Draw(RandomSequence random)
    {
        var mode = random.Integer(8);
        var (x, y) = Modes[mode];
        return (x + (Sigma * random.Normal()), y + (Sigma * random.Normal()), mode);
    }
}
