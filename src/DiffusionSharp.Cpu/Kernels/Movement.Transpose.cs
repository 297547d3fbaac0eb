using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <content>Permutation of axes.</content>
internal static unsafe partial class Movement
{
    private const int RankLimit = 6, Square = 32;

    /// <summary>Permutes axes: destination axis i is source axis permutation[i].</summary>
    /// <param name="source">The floats read.</param>
    /// <param name="destination">The floats written; must not overlap the source.</param>
    /// <param name="sourceShape">Shape of the source, rank at most 6.</param>
    /// <param name="permutation">Each source axis once.</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentException">A length differs from the shape, the rank is above 6, or this is no permutation of the axes.</exception>
    public static void Transpose(ReadOnlySpan<float> source, Span<float> destination, Shape sourceShape, ReadOnlySpan<int> permutation, Parallelism p)
    {
        var rank = sourceShape.Rank;
        Guard.Length("Transpose", nameof(source), source.Length, sourceShape.Count);
        Guard.Length("Transpose", nameof(destination), destination.Length, sourceShape.Count);
        if (rank > RankLimit) throw new ArgumentException($"Transpose: rank {rank}, at most {RankLimit} is known.", nameof(sourceShape));
        if (permutation.Length != rank) throw new ArgumentException($"Transpose: {permutation.Length} axes given for {sourceShape}.", nameof(permutation));
        var seen = 0;
        foreach (var axis in permutation)
        {
            if (axis < 0 || axis >= rank || (seen & (1 << axis)) != 0)
                throw new ArgumentException($"Transpose: axis {axis} is out of range or given twice for {sourceShape}.", nameof(permutation));
            seen |= 1 << axis;
        }

        if (source.Length == 0) return;
        var lengths = stackalloc int[RankLimit + 1];
        var strides = stackalloc long[RankLimit + 1];
        var kept = Collapse(sourceShape, permutation, lengths, strides);
        fixed (float* s = source, d = destination)
        {
            if (strides[kept - 1] == 1)
            {
                var runs = new RunBody(s, d, lengths, strides, kept, source.Length);
                p.For(runs.Tiles, ref runs);
            }
            else
            {
                var squares = new SquareBody(s, d, lengths, strides, kept, source.Length);
                p.For(squares.Tiles, ref squares);
            }
        }
    }

    /// <summary>destination[r, c] = source[c, r] for one matrix on the calling thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Matrix(float* source, long sourceStride, float* destination, long destinationStride, int rows, int columns)
    {
        var r = 0;
        if (Avx.IsSupported)
        {
            for (; r <= rows - 8; r += 8)
            {
                var c = 0;
                for (; c <= columns - 8; c += 8)
                    EightByEight(source + (c * sourceStride) + r, sourceStride, destination + (r * destinationStride) + c, destinationStride);
                Plain(source, sourceStride, destination, destinationStride, r, r + 8, c, columns);
            }
        }

        Plain(source, sourceStride, destination, destinationStride, r, rows, 0, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Plain(float* source, long sourceStride, float* destination, long destinationStride, int row, int rowEnd, int column, int columnEnd)
    {
        for (var r = row; r < rowEnd; r++)
            for (var c = column; c < columnEnd; c++) destination[(r * destinationStride) + c] = source[(c * sourceStride) + r];
    }

    // Three rounds of exchanges: neighbours inside pairs, pairs inside halves, halves.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByEight(float* s, long ss, float* d, long ds)
    {
        var (a0, a1, a2, a3) = (Vector256.Load(s), Vector256.Load(s + ss), Vector256.Load(s + (2 * ss)), Vector256.Load(s + (3 * ss)));
        var (a4, a5, a6, a7) = (Vector256.Load(s + (4 * ss)), Vector256.Load(s + (5 * ss)), Vector256.Load(s + (6 * ss)), Vector256.Load(s + (7 * ss)));
        var (b0, b1, b2, b3) = (Avx.UnpackLow(a0, a1), Avx.UnpackHigh(a0, a1), Avx.UnpackLow(a2, a3), Avx.UnpackHigh(a2, a3));
        var (b4, b5, b6, b7) = (Avx.UnpackLow(a4, a5), Avx.UnpackHigh(a4, a5), Avx.UnpackLow(a6, a7), Avx.UnpackHigh(a6, a7));
        var (c0, c1, c2, c3) = (Avx.Shuffle(b0, b2, 0x44), Avx.Shuffle(b0, b2, 0xEE), Avx.Shuffle(b1, b3, 0x44), Avx.Shuffle(b1, b3, 0xEE));
        var (c4, c5, c6, c7) = (Avx.Shuffle(b4, b6, 0x44), Avx.Shuffle(b4, b6, 0xEE), Avx.Shuffle(b5, b7, 0x44), Avx.Shuffle(b5, b7, 0xEE));
        Avx.Permute2x128(c0, c4, 0x20).Store(d);
        Avx.Permute2x128(c1, c5, 0x20).Store(d + ds);
        Avx.Permute2x128(c2, c6, 0x20).Store(d + (2 * ds));
        Avx.Permute2x128(c3, c7, 0x20).Store(d + (3 * ds));
        Avx.Permute2x128(c0, c4, 0x31).Store(d + (4 * ds));
        Avx.Permute2x128(c1, c5, 0x31).Store(d + (5 * ds));
        Avx.Permute2x128(c2, c6, 0x31).Store(d + (6 * ds));
        Avx.Permute2x128(c3, c7, 0x31).Store(d + (7 * ds));
    }

    // Destination axes with their lengths and source strides, without axes of length 1 and with neighbours merged that are neighbours in the source.
    private static int Collapse(Shape shape, ReadOnlySpan<int> permutation, int* lengths, long* strides)
    {
        var kept = 0;
        foreach (var axis in permutation)
        {
            var length = shape[axis];
            long stride = 1;
            for (var later = axis + 1; later < shape.Rank; later++) stride *= shape[later];
            if (length == 1) continue;
            if (kept > 0 && strides[kept - 1] == stride * length)
            {
                lengths[kept - 1] *= length;
                strides[kept - 1] = stride;
            }
            else
            {
                lengths[kept] = length;
                strides[kept++] = stride;
            }
        }

        if (kept == 0)
        {
            lengths[0] = 1;
            strides[0] = 1;
            kept = 1;
        }

        return kept;
    }

    // The source's innermost axis stays innermost: copies of runs.
    private readonly struct RunBody(float* source, float* destination, int* lengths, long* strides, int rank, int total) : ITileBody
    {
        public int Tiles => Tiling.Ceiling(total / lengths[rank - 1], PerTile);

        private int PerTile => Tiling.RowsPerTile(lengths[rank - 1], TileLength);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var inner = lengths[rank - 1];
            var end = Math.Min((tile + 1) * PerTile, total / inner);
            for (var row = tile * PerTile; row < end; row++)
            {
                long offset = 0;
                for (var (axis, rest) = (rank - 2, row); axis >= 0; axis--)
                {
                    (rest, var at) = Math.DivRem(rest, lengths[axis]);
                    offset += at * strides[axis];
                }

                new ReadOnlySpan<float>(source + offset, inner).CopyTo(new Span<float>(destination + ((long)row * inner), inner));
            }
        }
    }

    // The source's innermost axis moves: matrix transposes in squares that stay in the first-level cache, one for every index of the other axes.
    private readonly struct SquareBody : ITileBody
    {
        private readonly float* source;
        private readonly float* destination;
        private readonly int* lengths;
        private readonly long* strides;
        private readonly int rank, moved, bands, matrices;
        private readonly long destinationStride;

        public SquareBody(float* source, float* destination, int* lengths, long* strides, int rank, int total)
        {
            this.source = source;
            this.destination = destination;
            this.lengths = lengths;
            this.strides = strides;
            this.rank = rank;
            moved = 0;
            while (strides[moved] != 1) moved++;
            destinationStride = 1;
            for (var axis = moved + 1; axis < rank; axis++) destinationStride *= lengths[axis];
            bands = Tiling.Ceiling(lengths[moved], Square);
            matrices = total / lengths[moved] / lengths[rank - 1];
        }

        // A tile is a band of 32 destination rows of one matrix.
        public int Tiles => Tiling.Ceiling(matrices * bands, PerTile);

        private int PerTile => Tiling.RowsPerTile(Math.Min(Square, lengths[moved]) * lengths[rank - 1]);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var end = Math.Min((tile + 1) * PerTile, matrices * bands);
            for (var unit = tile * PerTile; unit < end; unit++)
            {
                var (rest, band) = Math.DivRem(unit, bands);
                long from = 0, to = 0, place = lengths[rank - 1];
                for (var axis = rank - 2; axis >= 0; axis--)
                {
                    if (axis != moved)
                    {
                        (rest, var at) = Math.DivRem(rest, lengths[axis]);
                        from += at * strides[axis];
                        to += at * place;
                    }

                    place *= lengths[axis];
                }

                var row = band * Square;
                var rows = Math.Min(Square, lengths[moved] - row);
                for (var column = 0; column < lengths[rank - 1]; column += Square)
                {
                    var columns = Math.Min(Square, lengths[rank - 1] - column);
                    var read = source + from + row + (column * strides[rank - 1]);
                    var written = destination + to + (row * destinationStride) + column;
                    Matrix(read, strides[rank - 1], written, destinationStride, rows, columns);
                }
            }
        }
    }
}
