using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Laws;

/// <summary>
/// The normal law that one point of a grid is carried to by a step of a chain: e^(−(x − μ)²/2v) around its mean, and the points that it
/// reaches.
/// </summary>
/// <remarks>A step gives its width as a deviation or as a variance; it is used as it is given, so that no square root is taken and squared again.</remarks>
internal readonly struct NormalKernel
{
    private readonly double mean, unit, twiceVariance; // the variance in squares of the unit

    private NormalKernel(double mean, double unit, double variance) => (this.mean, this.unit, twiceVariance, Divisor) = (mean, unit, 2 * variance, 1);

    /// <summary>What the shape is multiplied by: the kernel's height at its mean, where <see cref="Divisor"/> is 1.</summary>
    public double Peak { get; init; }

    /// <summary>What the product is divided by; 1 where the peak holds all.</summary>
    public double Divisor { get; init; }

    /// <summary>Index of the first point within reach.</summary>
    public int First { get; private init; }

    /// <summary>Index of the last one; before the first where there is none.</summary>
    public int Last { get; private init; }

    public static NormalKernel OfDeviation(double mean, double deviation) => new(mean, deviation, 1);

    public static NormalKernel OfVariance(double mean, double variance) => new(mean, 1, variance);

    /// <summary>The same kernel on points of a grid.</summary>
    /// <param name="low">The first of them.</param>
    /// <param name="spacing">From one to the next.</param>
    /// <param name="count">How many.</param>
    /// <param name="reach">How far from its mean the kernel is followed.</param>
    public NormalKernel Within(double low, double spacing, int count, double reach) => this with
    {
        First = Math.Max(0, (int)Math.Ceiling((mean - reach - low) / spacing)),
        Last = Math.Min(count - 1, (int)Math.Floor((mean + reach - low) / spacing)),
    };

    /// <summary>The sum of kernels at every point of a grid, the same at any number of threads.</summary>
    /// <param name="kernels">Those that reach some of the points.</param>
    /// <param name="points">The grid.</param>
    /// <param name="parallelism">The threads.</param>
    public static double[] Sum(NormalKernel[] kernels, double[] points, Parallelism parallelism)
    {
        const int tiles = 16;
        var sums = new double[points.Length];
        var per = (points.Length + tiles - 1) / tiles;
        parallelism.For(tiles, tile =>
        {
            var (from, to) = (tile * per, Math.Min(points.Length, (tile + 1) * per) - 1);
            foreach (ref readonly var kernel in kernels.AsSpan())
            {
                var last = Math.Min(to, kernel.Last);
                for (var j = Math.Max(from, kernel.First); j <= last; j++) sums[j] += kernel.Peak * kernel.Shape(points[j]) / kernel.Divisor;
            }
        });
        return sums;
    }

    // e^(−(x − μ)²/2v), the height at a place over that of the peak.
    private double Shape(double x)
    {
        var z = (x - mean) / unit;
        return Math.Exp(-z * z / twiceVariance);
    }
}
