using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Processes;

/// <summary>One Wiener path on [0, T], seen as finely as one likes: a finer look keeps every value of the coarser one.</summary>
/// <remarks>
/// Lévy's construction: the middle of an interval of length h, given its ends, is
/// <code>
/// W(m) = (W(a) + W(b))/2 + √(h/4) z        (the Brownian bridge)
/// </code>
/// with a normal addressed by the place of m, so the path is a function of the stream alone. A scheme that is run at two step sizes on the
/// same path gives strong errors. Lévy 1948, "Processus stochastiques et mouvement brownien".
/// </remarks>
/// <param name="rng">The path's stream; each component of a process takes a path of its own.</param>
/// <param name="horizon">T, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="horizon"/> is not positive.</exception>
public sealed class WienerPath(Rng rng, double horizon = 1)
{
    /// <summary>The finest look, 2²⁴ intervals: 128 MiB.</summary>
    public const int MaxLevel = 24;

    /// <summary>T.</summary>
    public double Horizon { get; } = Require.Positive(horizon, "WienerPath: horizon");

    /// <summary>W at the 2ᴸ + 1 points T i/2ᴸ, W(0) = 0 first.</summary>
    /// <param name="level">L, 0 to <see cref="MaxLevel"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="level"/> is out of range.</exception>
    public double[] Values(int level)
    {
        if (level is < 0 or > MaxLevel) throw new ArgumentOutOfRangeException(nameof(level), level, $"WienerPath: level must lie in [0, {MaxLevel}].");
        var count = 1 << level;
        var w = new double[count + 1];
        w[count] = Math.Sqrt(Horizon) * rng.Normal(0);

        // The middles of level l take the normals 2^(l−1) … 2^l − 1, in the order of time.
        for (var l = 1; l <= level; l++)
        {
            var (stride, middles) = (count >> l, 1 << (l - 1));
            var deviation = Math.Sqrt(Horizon / (4.0 * middles));
            for (var i = 0; i < middles; i++)
            {
                var at = ((2 * i) + 1) * stride;
                w[at] = ((w[at - stride] + w[at + stride]) / 2) + (deviation * rng.Normal((ulong)(middles + i)));
            }
        }

        return w;
    }

    /// <summary>The 2ᴸ increments of the path, each of variance T/2ᴸ; those of a coarser level are sums of them.</summary>
    /// <param name="level">L, 0 to <see cref="MaxLevel"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="level"/> is out of range.</exception>
    public double[] Increments(int level)
    {
        var w = Values(level);
        var increments = new double[w.Length - 1];
        for (var i = 0; i < increments.Length; i++) increments[i] = w[i + 1] - w[i];
        return increments;
    }
}
