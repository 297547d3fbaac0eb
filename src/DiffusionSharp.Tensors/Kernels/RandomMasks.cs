namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Random masks for training.</summary>
public static unsafe class RandomMasks
{
    private const int TileLength = 8192;

    /// <summary>Fills with 0, with probability <paramref name="rate"/>, or 1/(1 − rate): the factor of dropout.</summary>
    /// <remarks>Srivastava et al. 2014, scaled while training. Element i takes word i mod 4 of block ⌊i/4⌋ of the stream, whatever the threads.</remarks>
    /// <param name="y">The mask.</param>
    /// <param name="rng">A stream used for nothing else.</param>
    /// <param name="rate">Probability of 0, in [0, 1).</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">rate is outside [0, 1).</exception>
    public static void Dropout(Span<float> y, Rng rng, float rate, Parallelism p)
    {
        if (!(rate >= 0 && rate < 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "Dropout: the rate must lie in [0, 1).");
        if (y.Length == 0) return;
        fixed (float* py = y)
        {
            var body = new Body(py, y.Length, rng.Key, (uint)(rate * 4294967296.0), 1 / (1 - rate));
            p.For(Tiling.Ceiling(y.Length, TileLength), ref body);
        }
    }

    private readonly struct Body(float* y, int length, ulong key, uint threshold, float kept) : ITileBody
    {
        public void Run(int tile)
        {
            var (key0, key1) = ((uint)key, (uint)(key >> 32));
            var end = Math.Min((tile + 1) * TileLength, length);
            for (var i = tile * TileLength; i < end; i += 4)
            {
                var (x0, x1, x2, x3) = Rng.Philox((uint)i >> 2, 0, 0, 0, key0, key1);
                y[i] = x0 < threshold ? 0 : kept;
                if (i + 1 < end) y[i + 1] = x1 < threshold ? 0 : kept;
                if (i + 2 < end) y[i + 2] = x2 < threshold ? 0 : kept;
                if (i + 3 < end) y[i + 3] = x3 < threshold ? 0 : kept;
            }
        }
    }
}
