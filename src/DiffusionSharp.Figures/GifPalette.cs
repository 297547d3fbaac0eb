using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>At most 256 colours for a whole animation, and the map from pixels to them.</summary>
/// <remarks>
/// Up to 256 different colours are kept exactly. More are counted in a histogram of 6 bits a primary and the box of
/// greatest squared error is cut, again and again, at its mean along the primary of greatest variance (Wan, Wong and
/// Prusinkiewicz 1988, "An algorithm for multidimensional data clustering"); a pixel takes the nearest mean.
/// </remarks>
internal sealed class GifPalette
{
    private const int Limit = 256;
    private readonly Func<int, byte> nearest;
    private readonly int channels;

    private GifPalette(byte[] colors, int channels, Func<int, byte> nearest)
    {
        (this.channels, this.nearest) = (channels, nearest);
        Bits = 2; // the smallest that the compression allows
        while (3 << Bits < colors.Length) Bits++;
        Table = new byte[3 << Bits];
        colors.CopyTo(Table, 0);
    }

    /// <summary>The table holds 2^bits colours.</summary>
    public int Bits { get; }

    /// <summary>Red, green, blue of each entry; unused entries are black.</summary>
    public byte[] Table { get; }

    /// <summary>All 256 levels of grey.</summary>
    public static GifPalette Grey()
    {
        var colors = new byte[3 * Limit];
        for (var i = 0; i < colors.Length; i++) colors[i] = (byte)(i / 3);
        return new GifPalette(colors, 1, level => (byte)level);
    }

    /// <summary>The palette of RGB frames.</summary>
    public static GifPalette FromFrames(IReadOnlyList<Picture> frames)
    {
        var exact = new SortedSet<int>();
        foreach (var frame in frames)
        {
            var last = -1;
            for (var i = 0; i < frame.Pixels.Length && exact.Count <= Limit; i += 3)
            {
                var color = Color(frame.Pixels[i..]);
                if (color != last) exact.Add(last = color);
            }
        }

        return exact.Count <= Limit ? Exact([.. exact]) : Cut(frames);
    }

    /// <summary>The palette index of every pixel.</summary>
    public void Index(Picture frame, Span<byte> indices)
    {
        var pixels = frame.Pixels;
        if (channels == 1) pixels.CopyTo(indices);
        else
            for (var i = 0; i < indices.Length; i++) indices[i] = nearest(Color(pixels[(3 * i)..]));
    }

    private static int Color(ReadOnlySpan<byte> rgb) => (rgb[0] << 16) | (rgb[1] << 8) | rgb[2];

    private static int Bin(int color) => ((color >> 6) & 0x3F000) | ((color >> 4) & 0xFC0) | ((color >> 2) & 0x3F);

    private static GifPalette Exact(int[] sorted)
    {
        var colors = new byte[3 * sorted.Length];
        for (var i = 0; i < colors.Length; i++) colors[i] = (byte)(sorted[i / 3] >> (16 - (8 * (i % 3))));
        return new GifPalette(colors, 3, color => (byte)Array.BinarySearch(sorted, color));
    }

    private static GifPalette Cut(IReadOnlyList<Picture> frames)
    {
        // Weight and sums of red, green, blue in each bin: integers, so the order of counting cannot matter.
        var histogram = new long[4 << 18];
        foreach (var frame in frames)
        {
            var pixels = frame.Pixels;
            for (var i = 0; i < pixels.Length; i += 3)
            {
                var at = 4 * Bin(Color(pixels[i..]));
                histogram[at]++;
                for (var c = 0; c < 3; c++) histogram[at + 1 + c] += pixels[i + c];
            }
        }

        var bins = new List<Bucket>();
        for (var bin = 0; bin < 1 << 18; bin++)
        {
            var n = histogram[4 * bin];
            if (n > 0) bins.Add(new Bucket(bin, n, Mean(bin, 1), Mean(bin, 2), Mean(bin, 3)));
        }

        var boxes = new List<Box> { new([.. bins]) };
        while (boxes.Count < Limit)
        {
            var worst = boxes.MaxBy(b => b.Error)!;
            if (!(worst.Error > 0)) break;
            var (low, high) = worst.Split();
            boxes[boxes.IndexOf(worst)] = low;
            boxes.Add(high);
        }

        var means = boxes.SelectMany(b => b.Mean).ToArray();
        var colors = Array.ConvertAll(means, m => (byte)Math.Clamp(Math.Round(m), 0, 255));
        var entry = new byte[1 << 18];
        foreach (var bucket in bins) entry[bucket.Bin] = Nearest(bucket, colors);
        return new GifPalette(colors, 3, color => entry[Bin(color)]);

        double Mean(int bin, int primary) => (double)histogram[(4 * bin) + primary] / histogram[4 * bin];
    }

    private static byte Nearest(Bucket bucket, byte[] colors)
    {
        var (best, least) = (0, double.MaxValue);
        for (var i = 0; i < colors.Length / 3; i++)
        {
            var (r, g, b) = (bucket.Red - colors[3 * i], bucket.Green - colors[(3 * i) + 1], bucket.Blue - colors[(3 * i) + 2]);
            var distance = (r * r) + (g * g) + (b * b);
            if (distance < least) (best, least) = (i, distance);
        }

        return (byte)best;
    }

    private readonly record struct Bucket(int Bin, long Weight, double Red, double Green, double Blue)
    {
        public double this[int primary] => primary == 0 ? Red : primary == 1 ? Green : Blue;
    }

    private sealed class Box
    {
        private readonly Bucket[] buckets;
        private readonly int widest;

        public Box(Bucket[] buckets)
        {
            this.buckets = buckets;
            var weight = buckets.Sum(b => (double)b.Weight);
            var squares = new double[3];
            for (var c = 0; c < 3; c++)
            {
                Mean[c] = buckets.Sum(b => b.Weight * b[c]) / weight;
                foreach (var b in buckets) squares[c] += b.Weight * (b[c] - Mean[c]) * (b[c] - Mean[c]);
                if (squares[c] > squares[widest]) widest = c;
            }

            Error = buckets.Length == 1 ? 0 : squares.Sum();
        }

        public double[] Mean { get; } = new double[3];

        public double Error { get; }

        public (Box Low, Box High) Split()
        {
            // Along the widest primary some bucket lies below the mean and some above, so neither part is empty.
            var low = Array.FindAll(buckets, b => b[widest] < Mean[widest]);
            var high = Array.FindAll(buckets, b => !(b[widest] < Mean[widest]));
            return (new Box(low), new Box(high));
        }
    }
}
