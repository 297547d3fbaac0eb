using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Rows of a table chosen by index, and the gradient of the table.</summary>
internal static unsafe class TableRows
{
    private const int Stripe = 64;

    /// <summary>y[r] = table[indices[r]].</summary>
    /// <param name="table">[entries, width].</param>
    /// <param name="indices">[rows], floats that hold integers in [0, entries).</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Length of a row.</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is no integer or outside the table; nothing is written.</exception>
    public static void Gather(ReadOnlySpan<float> table, ReadOnlySpan<float> indices, Span<float> y, int rows, int width, Parallelism p)
    {
        Check("Embedding.Gather", table, indices, rows, width);
        Guard.Length("Embedding.Gather", nameof(y), y.Length, (long)rows * width);
        if (y.Length == 0) return;
        fixed (float* pt = table, pi = indices, py = y)
        {
            var body = new GatherBody(pt, pi, py, rows, width);
            p.For(Tiling.Ceiling(rows, Tiling.RowsPerTile(width)), ref body);
        }
    }

    /// <summary>dtable = 0, then dtable[indices[r]] += dy[r] in the order of the rows.</summary>
    /// <param name="dy">[rows, width].</param>
    /// <param name="indices">[rows], floats that hold integers in [0, entries).</param>
    /// <param name="dtable">[entries, width].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Length of a row.</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is no integer or outside the table; nothing is written.</exception>
    public static void ScatterAdd(ReadOnlySpan<float> dy, ReadOnlySpan<float> indices, Span<float> dtable, int rows, int width, Parallelism p)
    {
        Check("Embedding.ScatterAdd", dtable, indices, rows, width);
        Guard.Length("Embedding.ScatterAdd", nameof(dy), dy.Length, (long)rows * width);
        if (dtable.Length == 0) return;
        fixed (float* pd = dy, pi = indices, pt = dtable)
        {
            // A tile owns some columns of the whole table, so every entry is summed in the order of the rows.
            var body = new ScatterBody(pd, pi, pt, rows, width, dtable.Length / width);
            p.For(Tiling.Ceiling(width, Stripe), ref body);
        }
    }

    private static void Check(string operation, ReadOnlySpan<float> table, ReadOnlySpan<float> indices, int rows, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (table.Length % width != 0) throw new ArgumentException($"{operation}: a table of {table.Length} values has no rows of {width}.", nameof(table));
        Guard.Length(operation, nameof(indices), indices.Length, rows);
        var entries = table.Length / width;
        for (var r = 0; r < rows; r++)
        {
            var index = indices[r];
            if (!(index >= 0 && index < entries && MathF.Floor(index) == index))
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"{operation}: index {r} must be an integer from 0 to {entries - 1}.");
        }
    }

    private readonly struct GatherBody(float* table, float* indices, float* y, int rows, int width) : ITileBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var perTile = Tiling.RowsPerTile(width);
            var end = Math.Min((tile + 1) * perTile, rows);
            for (var r = tile * perTile; r < end; r++)
                new ReadOnlySpan<float>(table + ((long)indices[r] * width), width).CopyTo(new Span<float>(y + ((long)r * width), width));
        }
    }

    private readonly struct ScatterBody(float* dy, float* indices, float* table, int rows, int width, int entries) : ITileBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var column = tile * Stripe;
            var columns = Math.Min(Stripe, width - column);
            for (var e = 0; e < entries; e++) new Span<float>(table + ((long)e * width) + column, columns).Clear();
            for (var r = 0; r < rows; r++)
            {
                var entry = new Span<float>(table + ((long)indices[r] * width) + column, columns);
                TensorPrimitives.Add(entry, new ReadOnlySpan<float>(dy + ((long)r * width) + column, columns), entry);
            }
        }
    }
}
