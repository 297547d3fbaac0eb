using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Sums and maxima over the middle axis of [outer, reduce, inner]: bias gradients, losses, means.</summary>
/// <remarks>
/// The middle axis is cut into pieces fixed by the shape; a piece is summed in float32 lanes of at most 128 terms each,
/// lanes and pieces are joined in double in a fixed order. So the error stays near 1e−7 of Σ|x| at any length,
/// and the bytes do not depend on threads.
/// </remarks>
internal static unsafe class Reduce
{
    private const int TileLength = 16384, PieceLength = 65536, StripeLimit = 1024;

    /// <summary>y[o, i] = scale · Σᵣ x[o, r, i]; 0 where the axis is empty.</summary>
    /// <param name="x">[outer, reduce, inner].</param>
    /// <param name="y">[outer, inner].</param>
    /// <param name="outer">Outer length.</param>
    /// <param name="reduce">Length of the summed axis.</param>
    /// <param name="inner">Inner length.</param>
    /// <param name="scale">Factor of the result; 1/reduce gives the mean.</param>
    /// <param name="workspace">At least <see cref="SumWorkspaceLength"/> floats, contents undefined before and after.</param>
    /// <param name="p">The threads.</param>
    public static void Sum(ReadOnlySpan<float> x, Span<float> y, int outer, int reduce, int inner, float scale, Span<float> workspace, Parallelism p)
    {
        var cut = new Cut(outer, reduce, inner);
        Guard.Length("Reduce.Sum", nameof(x), x.Length, (long)outer * reduce * inner);
        Guard.Length("Reduce.Sum", nameof(y), y.Length, (long)outer * inner);
        Guard.Workspace("Reduce.Sum", workspace.Length, cut.WorkspaceLength);
        if (y.Length == 0) return;
        fixed (float* px = x, py = y, pw = workspace)
        {
            var pieces = new PieceBody(px, py, (double*)pw, cut, scale);
            p.For(pieces.Tiles, ref pieces);
            if (cut.Pieces == 1) return;
            var join = new JoinBody((double*)pw, py, cut, scale);
            p.For(join.Tiles, ref join);
        }
    }

    /// <summary>How many floats of workspace <see cref="Sum"/> needs; 0 for most shapes.</summary>
    public static int SumWorkspaceLength(int outer, int reduce, int inner) => new Cut(outer, reduce, inner).WorkspaceLength;

    /// <summary>y[o, i] = maxᵣ x[o, r, i]; NaN if any is, −∞ where the axis is empty.</summary>
    /// <param name="x">[outer, reduce, inner].</param>
    /// <param name="y">[outer, inner].</param>
    /// <param name="outer">Outer length.</param>
    /// <param name="reduce">Length of the reduced axis.</param>
    /// <param name="inner">Inner length.</param>
    /// <param name="p">The threads.</param>
    public static void Max(ReadOnlySpan<float> x, Span<float> y, int outer, int reduce, int inner, Parallelism p)
    {
        Guard.Length("Reduce.Max", nameof(x), x.Length, (long)outer * reduce * inner);
        Guard.Length("Reduce.Max", nameof(y), y.Length, (long)outer * inner);
        if (y.Length == 0) return;
        fixed (float* px = x, py = y)
        {
            var body = new MaxBody(px, py, outer, reduce, inner);
            p.For(body.Tiles, ref body);
        }
    }

    // A unit is (outer index, stripe of inner columns, piece of the summed axis); a tile is several units.
    private readonly struct Cut
    {
        public readonly int Outer, Reduce, Inner, Stripes, PieceRows, Pieces, Units, UnitsPerTile;

        public Cut(int outer, int reduce, int inner)
        {
            (Outer, Reduce, Inner) = (outer, reduce, inner);
            var stripe = Math.Max(Math.Min(inner, StripeLimit), 1);
            Stripes = Tiling.Ceiling(inner, stripe);

            // Several stripes are work enough for threads; a single one is cut into pieces, not so many that joining them costs.
            PieceRows = Stripes > 1 ? Math.Max(reduce, 1) : Math.Max(Tiling.Ceiling(PieceLength, stripe), Tiling.Ceiling(reduce, 256));
            Pieces = Math.Max(Tiling.Ceiling(reduce, PieceRows), 1);
            Units = checked(outer * Stripes * Pieces);
            UnitsPerTile = (int)Math.Max(TileLength / Math.Max((long)Math.Min(PieceRows, reduce) * stripe, 1), 1);
        }

        public int WorkspaceLength => Pieces == 1 ? 0 : checked(2 * Outer * Pieces * Inner);
    }

    private readonly struct PieceBody(float* x, float* y, double* partials, Cut cut, float scale) : ITileBody
    {
        public int Tiles => Tiling.Ceiling(cut.Units, cut.UnitsPerTile);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var end = Math.Min((tile + 1) * cut.UnitsPerTile, cut.Units);
            for (var unit = tile * cut.UnitsPerTile; unit < end; unit++)
            {
                var (rest, piece) = Math.DivRem(unit, cut.Pieces);
                var (o, stripe) = Math.DivRem(rest, cut.Stripes);
                var column = stripe * StripeLimit;
                var columns = Math.Min(StripeLimit, cut.Inner - column);
                var row = piece * cut.PieceRows;
                var rows = Math.Min(cut.PieceRows, cut.Reduce - row);
                var source = x + ((((long)o * cut.Reduce) + row) * cut.Inner) + column;
                if (cut.Pieces > 1)
                {
                    Total(source, cut.Inner, rows, columns, partials + ((((long)o * cut.Pieces) + piece) * cut.Inner) + column);
                    continue;
                }

                var totals = (double*)Scratch.Take(2 * StripeLimit);
                Total(source, cut.Inner, rows, columns, totals);
                var result = y + ((long)o * cut.Inner) + column;
                for (var i = 0; i < columns; i++) result[i] = (float)(totals[i] * scale);
            }
        }

        // Narrow rows are read several at once as one wide row, whose columns are then folded.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Total(float* source, int inner, int rows, int columns, double* totals)
        {
            if (inner == 1 && rows < 1024)
            {
                *totals = ColumnSums.Row(source, rows);
                return;
            }

            new Span<double>(totals, columns).Clear();
            var fold = inner >= 16 ? 1 : inner == 1 ? 64 : 16;
            if (fold == 1 || rows < fold)
            {
                ColumnSums.Accumulate(source, inner, rows, columns, totals);
                return;
            }

            var wide = stackalloc double[16 * 15];
            new Span<double>(wide, fold * inner).Clear();
            ColumnSums.Accumulate(source, fold * inner, rows / fold, fold * inner, wide);
            for (var f = 0; f < fold; f++)
                for (var i = 0; i < inner; i++) totals[i] += wide[(f * inner) + i];
            for (var r = rows / fold * fold; r < rows; r++)
                for (var i = 0; i < inner; i++) totals[i] += source[(r * inner) + i];
        }
    }

    private readonly struct JoinBody(double* partials, float* y, Cut cut, float scale) : ITileBody
    {
        private const int Columns = 256;

        public int Tiles => Tiling.Ceiling(cut.Outer * cut.Inner, Columns);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var totals = stackalloc double[Columns];
            var start = tile * Columns;
            var end = Math.Min(start + Columns, cut.Outer * cut.Inner);
            while (start < end)
            {
                var (o, column) = Math.DivRem(start, cut.Inner);
                var columns = Math.Min(cut.Inner - column, end - start);
                new Span<double>(totals, columns).Clear();
                for (var piece = 0; piece < cut.Pieces; piece++)
                {
                    var source = partials + ((((long)o * cut.Pieces) + piece) * cut.Inner) + column;
                    var sum = new Span<double>(totals, columns);
                    TensorPrimitives.Add(sum, new ReadOnlySpan<double>(source, columns), sum);
                }

                for (var i = 0; i < columns; i++) y[start + i] = (float)(totals[i] * scale);
                start += columns;
            }
        }
    }

    private readonly struct MaxBody(float* x, float* y, int outer, int reduce, int inner) : ITileBody
    {
        private readonly int stripe = Math.Max(Math.Min(inner, StripeLimit), 1);

        public int Tiles => Tiling.Ceiling(Units, PerTile);

        private int Units => outer * Tiling.Ceiling(inner, stripe);

        private int PerTile => (int)Math.Max(TileLength / Math.Max((long)reduce * stripe, 1), 1);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var stripes = Tiling.Ceiling(inner, stripe);
            var end = Math.Min((tile + 1) * PerTile, Units);
            for (var unit = tile * PerTile; unit < end; unit++)
            {
                var (o, s) = Math.DivRem(unit, stripes);
                var column = s * stripe;
                var columns = Math.Min(stripe, inner - column);
                var source = x + ((long)o * reduce * inner) + column;
                var result = new Span<float>(y + ((long)o * inner) + column, columns);
                result.Fill(float.NegativeInfinity);
                if (inner == 1 && reduce > 0) result[0] = TensorPrimitives.Max(new ReadOnlySpan<float>(source, reduce));
                else
                    for (var r = 0; r < reduce; r++) TensorPrimitives.Max(result, new ReadOnlySpan<float>(source + ((long)r * inner), columns), result);
            }
        }
    }
}
