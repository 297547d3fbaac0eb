using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Nearest-neighbour enlargement and its transpose, the sum over blocks, on [N, H, W, C].</summary>
internal static unsafe class Resample
{
    /// <summary>y[n, i, j, c] = x[n, ⌊i/f⌋, ⌊j/f⌋, c].</summary>
    /// <param name="x">[n, h, w, c].</param>
    /// <param name="y">[n, h·f, w·f, c].</param>
    /// <param name="n">Samples.</param>
    /// <param name="h">Rows of x.</param>
    /// <param name="w">Columns of x.</param>
    /// <param name="c">Channels.</param>
    /// <param name="factor">f ≥ 1.</param>
    /// <param name="p">The threads.</param>
    public static void UpsampleNearest(ReadOnlySpan<float> x, Span<float> y, int n, int h, int w, int c, int factor, Parallelism p)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        Guard.Length("UpsampleNearest", nameof(x), x.Length, (long)n * h * w * c);
        Guard.Length("UpsampleNearest", nameof(y), y.Length, (long)x.Length * factor * factor);
        if (y.Length == 0) return;
        fixed (float* px = x, py = y)
        {
            var body = new UpsampleBody(px, py, n * h, w, c, factor);
            p.For(body.Tiles, ref body);
        }
    }

    /// <summary>y[n, i, j, c] = scale · Σ over the f×f block of x; scale 1/f² gives average pooling.</summary>
    /// <param name="x">[n, h, w, c]; h and w are multiples of f.</param>
    /// <param name="y">[n, h/f, w/f, c].</param>
    /// <param name="n">Samples.</param>
    /// <param name="h">Rows of x.</param>
    /// <param name="w">Columns of x.</param>
    /// <param name="c">Channels.</param>
    /// <param name="factor">f ≥ 1.</param>
    /// <param name="scale">Factor of the sum.</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentException">h or w is no multiple of f.</exception>
    public static void SumPool(ReadOnlySpan<float> x, Span<float> y, int n, int h, int w, int c, int factor, float scale, Parallelism p)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        if (h % factor != 0 || w % factor != 0)
            throw new ArgumentException($"SumPool: [{n}, {h}, {w}, {c}] does not divide into blocks of {factor}×{factor}.", nameof(factor));
        Guard.Length("SumPool", nameof(x), x.Length, (long)n * h * w * c);
        Guard.Length("SumPool", nameof(y), y.Length, (long)n * (h / factor) * (w / factor) * c);
        if (y.Length == 0) return;
        fixed (float* px = x, py = y)
        {
            var body = new PoolBody(px, py, n * (h / factor), w / factor, c, factor, scale);
            p.For(body.Tiles, ref body);
        }
    }

    // A tile is some rows of x; each becomes one row of y, copied f − 1 times.
    private readonly struct UpsampleBody(float* x, float* y, int rows, int w, int c, int factor) : ITileBody
    {
        public int Tiles => Tiling.Ceiling(rows, PerTile);

        private int PerTile => Tiling.RowsPerTile(w * c * factor * factor);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var wide = w * c * factor;
            var end = Math.Min((tile + 1) * PerTile, rows);
            for (var row = tile * PerTile; row < end; row++)
            {
                var source = x + ((long)row * w * c);
                var target = y + ((long)row * factor * wide);
                for (var j = 0; j < w * factor; j++)
                {
                    var pixel = source + (j / factor * c);
                    if (c >= 8) new ReadOnlySpan<float>(pixel, c).CopyTo(new Span<float>(target + (j * c), c));
                    else
                        for (var k = 0; k < c; k++) target[(j * c) + k] = pixel[k];
                }

                for (var copy = 1; copy < factor; copy++) new ReadOnlySpan<float>(target, wide).CopyTo(new Span<float>(target + ((long)copy * wide), wide));
            }
        }
    }

    private readonly struct PoolBody(float* x, float* y, int rows, int w, int c, int factor, float scale) : ITileBody
    {
        public int Tiles => Tiling.Ceiling(rows, PerTile);

        private int PerTile => Tiling.RowsPerTile(w * c * factor * factor);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var end = Math.Min((tile + 1) * PerTile, rows);
            for (var row = tile * PerTile; row < end; row++)
            {
                for (var j = 0; j < w; j++)
                {
                    var source = x + ((((long)row * factor * w) + j) * factor * c);
                    var target = y + ((((long)row * w) + j) * c);
                    var k = 0;
                    if (Vector512.IsHardwareAccelerated) k = Pixel<Lanes16>(source, target, k);
                    if (Vector256.IsHardwareAccelerated) k = Pixel<Lanes8>(source, target, k);
                    Pixel<Lanes1>(source, target, k);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Pixel<T>(float* source, float* target, int k)
            where T : struct, ILanes<T>
        {
            var scales = T.Of(scale);
            for (; k <= c - T.Count; k += T.Count)
            {
                var sum = T.Of(0);
                for (var i = 0; i < factor; i++)
                    for (var j = 0; j < factor; j++) sum += T.Load(source + ((((long)i * w * factor) + j) * c) + k);
                (sum * scales).Store(target + k);
            }

            return k;
        }
    }
}
