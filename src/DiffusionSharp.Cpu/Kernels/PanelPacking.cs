using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Copies the right operand into panels (see <see cref="PanelMatrix"/>). The operand is a stack of segments along k, each a dense matrix.</summary>
/// <remarks>
/// A plain matrix is one segment. The weights of a convolution are one segment per tap; the gradient of the input reads the taps in
/// another order and each transposed. Segment t = (i, j), j &lt; SegmentColumns, starts at Offset + i·StepOuter + j·StepInner of the source.
/// </remarks>
internal unsafe struct PanelPacking : ITileBody
{
    private const int FloatsPerTile = 8192;

    public float* Source;
    public float* Packed;

    /// <summary>Stored [columns, length] rather than [length, columns].</summary>
    public bool Transposed;
    public int Columns;
    public int FirstPanel;

    /// <summary>Rows of k in a segment.</summary>
    public int Length;
    public int Segments;
    public int SegmentColumns;
    public nint Offset;
    public nint StepOuter;
    public nint StepInner;

    /// <summary>Independent operands, dense one after another both in the source and packed.</summary>
    public int Batch;

    /// <summary>Keep one panel, as narrow as the matrix and stored [columns, depth].</summary>
    public bool Narrow;

    private int unitsPerTile;

    public static PanelPacking Plain(float* source, float* packed, bool transposed, int columns, int depth, int firstPanel, bool narrow, int batch) => new()
    {
        Source = source,
        Packed = packed,
        Transposed = transposed,
        Columns = columns,
        FirstPanel = firstPanel,
        Narrow = narrow,
        Length = depth,
        Segments = 1,
        SegmentColumns = 1,
        Batch = batch,
    };

    private readonly int PanelsToPack => PanelMatrix.PanelCount(Columns) - FirstPanel;

    public void Pack(Parallelism parallelism)
    {
        var units = (long)Batch * PanelsToPack * Segments;
        if (units == 0) return;
        var perUnit = (long)Length * MicroKernel.Panel;
        unitsPerTile = (int)Math.Clamp(FloatsPerTile / perUnit, 1, units);
        parallelism.For((int)((units + unitsPerTile - 1) / unitsPerTile), ref this);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int tile)
    {
        var units = (long)Batch * PanelsToPack * Segments;
        var end = Math.Min(units, ((long)tile + 1) * unitsPerTile);
        for (var unit = (long)tile * unitsPerTile; unit < end; unit++) PackUnit(unit);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackUnit(long unit)
    {
        var segment = (int)(unit % Segments);
        var panelInAll = unit / Segments;
        var panel = (int)(panelInAll % PanelsToPack);
        var batch = panelInAll / PanelsToPack;
        var depth = (nint)Length * Segments;
        var width = MicroKernel.Panel;
        var matrix = Source + (batch * depth * Columns) + Offset
            + (segment / SegmentColumns * StepOuter) + (segment % SegmentColumns * StepInner);
        var target = Packed + (((batch * PanelsToPack) + panel) * width * depth) + ((nint)segment * Length * width);
        var first = (FirstPanel + panel) * width;
        var columns = Math.Min(width, Columns - first);
        if (Narrow)
        {
            CopyNarrow(matrix, Packed + (batch * Columns * depth) + ((nint)segment * Length), depth);
            return;
        }

        if (Transposed) CopyTransposed(matrix + ((nint)first * Length), target, columns);
        else CopyRows(matrix + first, target, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyNarrow(float* source, float* target, nint depth)
    {
        nint stepColumn = Transposed ? Length : 1;
        nint stepDepth = Transposed ? 1 : Columns;
        for (var j = 0; j < Columns; j++)
        {
            for (nint k = 0; k < Length; k++) target[(j * depth) + k] = source[(j * stepColumn) + (k * stepDepth)];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyRows(float* source, float* target, int columns)
    {
        var width = MicroKernel.Panel;
        for (var k = 0; k < Length; k++, source += Columns, target += width)
        {
            var from = new ReadOnlySpan<float>(source, columns);
            var to = new Span<float>(target, width);
            from.CopyTo(to);
            to[columns..].Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyTransposed(float* source, float* target, int columns)
    {
        var width = MicroKernel.Panel;
        for (var j = 0; j < width; j += 4)
        {
            var wholeBlocks = 0;
            if (j + 4 <= columns && Sse.IsSupported)
            {
                wholeBlocks = Length & ~3;
                var row = source + ((nint)j * Length);
                for (var k = 0; k < wholeBlocks; k += 4) Transpose4(row + k, Length, target + ((nint)k * width) + j, width);
            }

            for (var column = j; column < Math.Min(j + 4, width); column++)
            {
                var row = source + ((nint)column * Length);
                for (var k = wholeBlocks; k < Length; k++) target[((nint)k * width) + column] = column < columns ? row[k] : 0;
            }
        }
    }

    // Four rows of four become four columns: interleave pairs, then join halves.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose4(float* source, nint sourceStride, float* target, nint targetStride)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + sourceStride);
        var r2 = Vector128.Load(source + (2 * sourceStride));
        var r3 = Vector128.Load(source + (3 * sourceStride));
        var low01 = Sse.UnpackLow(r0, r1);
        var high01 = Sse.UnpackHigh(r0, r1);
        var low23 = Sse.UnpackLow(r2, r3);
        var high23 = Sse.UnpackHigh(r2, r3);
        Sse.MoveLowToHigh(low01, low23).Store(target);
        Sse.MoveHighToLow(low23, low01).Store(target + targetStride);
        Sse.MoveLowToHigh(high01, high23).Store(target + (2 * targetStride));
        Sse.MoveHighToLow(high23, high01).Store(target + (3 * targetStride));
    }
}
