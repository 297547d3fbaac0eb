using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>dw[tap, ci, co] = Σ_pixels x[pixel + tap, ci] · dy[pixel, co], as products of columns of x with rows of dy, both in place.</summary>
/// <remarks>
/// For each tap the pixels whose window reaches inside the picture are listed once per band; the micro-kernel walks the list, so padding
/// costs nothing. Each chunk of bands has its own partial sum; they are added in order at the end.
/// </remarks>
internal unsafe struct WeightGradient : ITileBody
{
    private float* x;
    private float* dy;
    private float* partials;
    private ConvGeometry g;
    private WeightGradientPlan plan;
    private PixelLattice lattice;

    public static int WorkspaceLength(in ConvGeometry g)
    {
        var plan = new WeightGradientPlan(g);
        return plan.Chunks == 1 ? 0 : checked((int)((plan.Chunks * g.WeightLength) + Aligned.Slack));
    }

    public static void Run(float* x, float* dy, float* dw, in ConvGeometry g, float* workspace, Parallelism parallelism)
    {
        var plan = new WeightGradientPlan(g);
        var body = new WeightGradient
        {
            x = x,
            dy = dy,
            partials = plan.Chunks == 1 ? dw : Aligned.Up(workspace),
            g = g,
            plan = plan,
            lattice = PixelLattice.Forward(g, x),
        };
        parallelism.For(plan.Chunks * plan.Groups, ref body);
        if (plan.Chunks > 1) new PartialSums(body.partials, plan.Chunks, (int)g.WeightLength, dw).Reduce(parallelism);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int tile)
    {
        var (chunk, group) = Math.DivRem(tile, plan.Groups);
        var target = partials + ((nint)chunk * (nint)g.WeightLength);
        var firstUnit = group * plan.UnitsPerGroup;
        var endUnit = Math.Min(plan.Taps * plan.Panels, firstUnit + plan.UnitsPerGroup);
        var endBand = Math.Min(plan.Bands, (chunk + 1) * plan.BandsPerChunk);
        for (var band = chunk * plan.BandsPerChunk; band < endBand; band++)
            RunBand(band, firstUnit, endUnit, target, band != chunk * plan.BandsPerChunk);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunBand(int band, int firstUnit, int endUnit, float* target, bool accumulate)
    {
        var width = MicroKernel.Panel;
        int firstPicture, pictures, firstRow, rows;
        if (plan.PicturesPerBand > 1)
        {
            (firstPicture, firstRow, rows) = (band * plan.PicturesPerBand, 0, g.OutHeight);
            pictures = Math.Min(plan.PicturesPerBand, g.Batch - firstPicture);
        }
        else
        {
            (firstPicture, var part) = Math.DivRem(band, plan.BandsPerPicture);
            pictures = 1;
            firstRow = part * plan.RowsPerBand;
            rows = Math.Min(plan.RowsPerBand, g.OutHeight - firstRow);
        }

        // Pixels of a band are consecutive rows of dy.
        var pixels = pictures * rows * g.OutWidth;
        var firstPixel = (((nint)firstPicture * g.OutHeight) + firstRow) * g.OutWidth;
        var dyBand = dy + (firstPixel * g.OutChannels);
        var tail = plan.Narrow ? 0 : g.OutChannels % width;
        var depth = g.KernelHeight * g.KernelWidth * g.InChannels;

        var tileFloats = MicroKernel.RowBlock * width;
        var tailFloats = tail == 0 ? 0 : (long)pixels * width;
        var windowFloats = plan.Gathers ? (long)pixels * depth : 0;
        var tile = (float*)ThreadScratch.Rent(((tileFloats + tailFloats + windowFloats) * sizeof(float)) + ((long)pixels * sizeof(long)));
        var list = (long*)(tile + tileFloats);
        var tailPanel = (float*)(list + pixels);
        var windows = tailPanel + tailFloats;

        if (tail != 0) PackTail(dyBand + (g.OutChannels - tail), pixels, tail, tailPanel);
        if (plan.Gathers) GatherWindows((int)firstPixel, pixels, depth, windows);

        var listedTap = -1;
        var count = 0;
        var xBand = x + ((nint)firstPicture * g.Height * g.Width * g.InChannels);
        for (var unit = firstUnit; unit < endUnit; unit++)
        {
            var (tap, panel) = Math.DivRem(unit, plan.Panels);
            if (!plan.Gathers && tap != listedTap)
            {
                count = ListPixels(tap, pictures, firstRow, rows, list);
                listedTap = tap;
            }

            if (plan.Narrow)
            {
                NarrowUnit(tap, panel, xBand, dyBand, list, count, tile, target, accumulate);
                continue;
            }

            var columns = Math.Min(width, g.OutChannels - (panel * width));
            var b = columns < width ? tailPanel : dyBand + (panel * width);
            nint ldb = columns < width ? width : g.OutChannels;
            var rowsOfResult = plan.Gathers ? depth : g.InChannels;
            var result = target + ((nint)tap * rowsOfResult * g.OutChannels) + (panel * width);
            for (var row = 0; row < rowsOfResult;)
            {
                var tileRows = MicroKernel.TileRows(rowsOfResult - row);
                var direct = columns == width;
                var c = direct ? result + ((nint)row * g.OutChannels) : tile;
                nint ldc = direct ? g.OutChannels : width;
                var length = plan.Gathers ? pixels : count;
                for (var k = 0; k == 0 || k < length; k += MicroKernel.DepthBlock)
                {
                    var run = Math.Min(MicroKernel.DepthBlock, length - k);
                    var add = k != 0 || (accumulate && direct);
                    if (plan.Gathers)
                        MicroKernel.Columns(tileRows, columns, windows + ((nint)k * depth) + row, depth, run, b + (k * ldb), ldb, c, ldc, add);
                    else
                        MicroKernel.Listed(tileRows, columns, xBand + row, list + k, run, b, ldb, c, ldc, add);
                }

                if (!direct) AddTile(tile, tileRows, columns, result + ((nint)row * g.OutChannels), accumulate);
                row += tileRows;
            }
        }
    }

    // The transposed product: rows are output channels, columns a panel of input channels, the result scattered into [ci, co].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void NarrowUnit(int tap, int panel, float* xBand, float* dyBand, long* list, int count, float* tile, float* target, bool accumulate)
    {
        var width = MicroKernel.Panel;
        var columns = Math.Min(width, g.InChannels - (panel * width));
        for (var co = 0; co < g.OutChannels;)
        {
            var rows = MicroKernel.TileRows(g.OutChannels - co);
            for (var k = 0; k == 0 || k < count; k += MicroKernel.DepthBlock)
            {
                MicroKernel.Listed(rows, columns, dyBand + co, list + k, Math.Min(MicroKernel.DepthBlock, count - k),
                    xBand + (panel * width), g.InChannels, tile, width, k != 0);
            }

            for (var r = 0; r < rows; r++)
            {
                var result = target + ((((nint)tap * g.InChannels) + (panel * width)) * g.OutChannels) + co + r;
                for (var j = 0; j < columns; j++, result += g.OutChannels)
                    *result = accumulate ? *result + tile[(r * width) + j] : tile[(r * width) + j];
            }

            co += rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackTail(float* source, int pixels, int tail, float* target)
    {
        var width = MicroKernel.Panel;
        for (var p = 0; p < pixels; p++, source += g.OutChannels, target += width)
        {
            for (var j = 0; j < tail; j++) target[j] = source[j];
            for (var j = tail; j < width; j++) target[j] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void GatherWindows(int firstPixel, int pixels, int depth, float* windows)
    {
        var cursor = lattice.Start(firstPixel);
        for (var p = 0; p < pixels; p++, cursor.Advance()) LineRows.Gather(lattice, cursor, windows + ((nint)p * depth));
    }

    // Entry: low half the offset of the input pixel from the first picture of the band, high half the row of dy in the band;
    // for the transposed product the other way about, the offset of the pixel of dy and the row of x.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int ListPixels(int tap, int pictures, int firstRow, int rows, long* list)
    {
        var (kh, kw) = Math.DivRem(tap, g.KernelWidth);
        var count = 0;
        var begin = FirstInside(kw - g.PadLeft, g.OutWidth);
        var end = EndInside(kw - g.PadLeft, g.Width, g.OutWidth);
        var step = plan.Narrow ? ((long)g.Stride << 32) + g.OutChannels : (1L << 32) + ((long)g.Stride * g.InChannels);
        for (var picture = 0; picture < pictures; picture++)
        {
            for (var row = 0; row < rows; row++)
            {
                var ih = ((firstRow + row) * g.Stride) + kh - g.PadTop;
                if ((uint)ih >= (uint)g.Height) continue;
                var column = (begin * g.Stride) + kw - g.PadLeft;
                var xRow = (((picture * g.Height) + ih) * g.Width) + column;
                var dyRow = (((picture * rows) + row) * g.OutWidth) + begin;
                var entry = plan.Narrow
                    ? ((long)xRow << 32) + checked(dyRow * g.OutChannels)
                    : ((long)dyRow << 32) + checked(xRow * g.InChannels);
                for (var ow = begin; ow < end; ow++, entry += step) list[count++] = entry;
            }
        }

        return count;
    }

    private readonly int FirstInside(int shift, int outputs) => Math.Min(outputs, shift >= 0 ? 0 : (-shift + g.Stride - 1) / g.Stride);

    private readonly int EndInside(int shift, int inputs, int outputs) => shift >= inputs ? 0 : Math.Min(outputs, ((inputs - 1 - shift) / g.Stride) + 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void AddTile(float* tile, int rows, int columns, float* result, bool accumulate)
    {
        for (var r = 0; r < rows; r++, tile += MicroKernel.Panel, result += g.OutChannels)
        {
            for (var j = 0; j < columns; j++) result[j] = accumulate ? result[j] + tile[j] : tile[j];
        }
    }
}
