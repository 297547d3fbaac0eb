using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The weight gradient of a 3×3 convolution of stride 1 in the transformed domain: dw = Gᵀ [Σ_tiles (Bᵀ d B)(A ∂Y Aᵀ)ᵀ] G.</summary>
/// <remarks>
/// The result is cut into blocks of input and output channels whose 36 sums stay near, and the tiles into chunks, each with its own
/// sums, added in order at the end. Tiles pass through a task's scratch a few at a time. The cut follows from the shape alone,
/// and so does the order of summation.
/// </remarks>
internal unsafe struct WinogradWeightGradient : ITileBody
{
    // A transform serves as many products as the block is wide; halved where that leaves too few tasks.
    private const int BlockChannels = 128;
    private const int MostTiles = 24;
    private const int ScratchFloats = 128 * 1024;
    private const int WantedTasks = 16;
    private const int FewestTasks = 8;

    // Adding up a chunk's sums costs as much as the products of some tiles.
    private const int FewestTiles = 128;

    // Points a power of two apart would crowd into a few sets of the first-level cache.
    private const int Skew = 16;

    private float* x;
    private float* dy;
    private float* zeros;
    private float* sums;
    private float* dw;
    private ConvGeometry g;
    private WinogradTiles tiles;
    private Cut cut;

    public static long WorkspaceLength(in ConvGeometry g)
    {
        var cut = new Cut(g);
        return Math.Max(g.InChannels, g.OutChannels) + (cut.Chunks == 1 ? 0 : cut.Chunks * cut.Blocks * cut.SumsLength) + (2 * Aligned.Slack);
    }

    public static void Run(float* x, float* dy, float* dw, in ConvGeometry g, float* workspace, Parallelism parallelism)
    {
        var zeros = Aligned.Up(workspace);
        var channels = Math.Max(g.InChannels, g.OutChannels);
        new Span<float>(zeros, channels).Clear();
        var body = new WinogradWeightGradient
        {
            x = x,
            dy = dy,
            zeros = zeros,
            sums = Aligned.Up(zeros + channels),
            dw = dw,
            g = g,
            tiles = WinogradTiles.Forward(g),
            cut = new Cut(g),
        };
        parallelism.For(body.cut.Chunks * body.cut.Blocks, ref body);
        if (body.cut.Chunks == 1) return;
        var end = new Ending { Sums = body.sums, Dw = dw, Cut = body.cut, InChannels = g.InChannels, OutChannels = g.OutChannels };
        parallelism.For(body.cut.Blocks * body.cut.InPerBlock, ref end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int tile)
    {
        var (chunk, block) = Math.DivRem(tile, cut.Blocks);
        var (inBlock, outBlock) = Math.DivRem(block, cut.OutBlocks);
        var firstIn = inBlock * cut.InPerBlock;
        var firstOut = outBlock * cut.OutPerBlock;
        var ins = Math.Min(cut.InPerBlock, g.InChannels - firstIn);
        var outs = Math.Min(cut.OutPerBlock, g.OutChannels - firstOut);
        var first = chunk * cut.TilesPerChunk;
        var end = Math.Min(tiles.Count, first + cut.TilesPerChunk);

        var fitting = ScratchFloats / (WinogradTransform.Points * (ins + outs));
        var most = Math.Clamp(fitting, 8, MostTiles);
        most = Tiling.Ceiling(end - first, Tiling.Ceiling(end - first, most));
        var vPoint = ((nint)most * ins) + Skew;
        var zPoint = ((nint)most * outs) + Skew;
        var tileFloats = WinogradTransform.Points * (vPoint + zPoint);
        var v = Scratch.Take(checked((int)(tileFloats + (cut.Chunks == 1 ? cut.SumsLength : 0))));
        var z = v + (WinogradTransform.Points * vPoint);
        // The sums of a lone chunk stay with the task.
        var target = cut.Chunks == 1 ? v + tileFloats : sums + ((nint)tile * (nint)cut.SumsLength);
        for (var t = first; t < end; t += most)
        {
            var count = Math.Min(most, end - t);
            if (Vector512.IsHardwareAccelerated) Transform<Lanes16>(t, count, firstIn, ins, firstOut, outs, v, vPoint, z, zPoint);
            else if (Vector256.IsHardwareAccelerated) Transform<Lanes8>(t, count, firstIn, ins, firstOut, outs, v, vPoint, z, zPoint);
            else Transform<Lanes1>(t, count, firstIn, ins, firstOut, outs, v, vPoint, z, zPoint);
            for (var point = 0; point < WinogradTransform.Points; point++)
                Multiply(v + (point * vPoint), ins, z + (point * zPoint), outs, count, target + (point * cut.SumsStep), t != first);
        }

        if (cut.Chunks > 1) return;
        var ending = new Ending { Dw = dw, Cut = cut, InChannels = g.InChannels, OutChannels = g.OutChannels };
        for (var row = 0; row < ins; row++) ending.Row(firstIn + row, row, firstOut, outs, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* v, int ins, float* z, int outs, int count, float* target, bool accumulate)
    {
        for (var row = 0; row < ins;)
        {
            var rows = MicroKernel.TileRows(ins - row);
            for (var column = 0; column < outs; column += MicroKernel.Panel)
            {
                var columns = Math.Min(MicroKernel.Panel, outs - column);
                var c = target + ((nint)row * outs) + column;
                MicroKernel.Columns(rows, columns, v + row, ins, count, z + column, outs, c, outs, accumulate);
            }

            row += rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Transform<T>(int first, int count, int firstIn, int ins, int firstOut, int outs, float* v, nint vPoint, float* z, nint zPoint)
        where T : struct, ILanes<T>
    {
        var window = stackalloc float*[WinogradTransform.Points];
        for (var t = 0; t < count; t++)
        {
            tiles.InputWindow(first + t, x, g.InChannels, zeros, window);
            for (var i = 0; i < WinogradTransform.Points; i++) window[i] += firstIn;
            WinogradTransform.Input<T>(window, ins, v + ((nint)t * ins), vPoint);
            tiles.OutputWindow(first + t, dy, g.OutChannels, zeros, window);
            for (var i = 0; i < WinogradTransform.OutPoints; i++) window[i] += firstOut;
            WinogradTransform.OutputAdjoint<T>(window, outs, z + ((nint)t * outs), zPoint);
        }
    }

    /// <summary>How channels and tiles are cut.</summary>
    private readonly struct Cut
    {
        public Cut(in ConvGeometry g)
        {
            var count = WinogradTiles.Forward(g).Count;
            for (var most = BlockChannels; ; most /= 2)
            {
                (InPerBlock, OutPerBlock) = (Even(g.InChannels, most), Even(g.OutChannels, most));
                OutBlocks = Tiling.Ceiling(g.OutChannels, OutPerBlock);
                Blocks = Tiling.Ceiling(g.InChannels, InPerBlock) * OutBlocks;
                var wanted = Math.Clamp(Tiling.Ceiling(WantedTasks, Blocks), 1, Math.Max(1, count / FewestTiles));
                TilesPerChunk = Tiling.Ceiling(count, wanted);
                Chunks = Tiling.Ceiling(count, TilesPerChunk);
                if (Chunks * Blocks >= FewestTasks || most == BlockChannels / 2) break;
            }
        }

        public int InPerBlock { get; }

        public int OutPerBlock { get; }

        public int OutBlocks { get; }

        public int Blocks { get; }

        /// <summary>Floats between the sums of two points of a block, and of all points.</summary>
        public int SumsStep => (InPerBlock * OutPerBlock) + Skew;

        public long SumsLength => (long)WinogradTransform.Points * SumsStep;

        public int TilesPerChunk { get; }

        public int Chunks { get; }

        // Blocks of nearly the same size, each a multiple of the widest vector.
        private static int Even(int channels, int most)
        {
            var blocks = Tiling.Ceiling(channels, most);
            return Scratch.Pad(Tiling.Ceiling(channels, blocks));
        }
    }

    /// <summary>Adds the chunks and transforms back, one row of input channels at a time.</summary>
    private struct Ending : ITileBody
    {
        public float* Sums;
        public float* Dw;
        public Cut Cut;
        public int InChannels;
        public int OutChannels;

        public readonly void Run(int tile)
        {
            var (block, row) = Math.DivRem(tile, Cut.InPerBlock);
            var (inBlock, outBlock) = Math.DivRem(block, Cut.OutBlocks);
            var (firstIn, firstOut) = (inBlock * Cut.InPerBlock, outBlock * Cut.OutPerBlock);
            if (firstIn + row >= InChannels) return;
            Row(firstIn + row, row, firstOut, Math.Min(Cut.OutPerBlock, OutChannels - firstOut), Sums + ((nint)block * (nint)Cut.SumsLength));
        }

        /// <summary>One input channel of a block, whose first chunk's sums are given.</summary>
        public readonly void Row(int channel, int row, int firstOut, int outs, float* sums)
        {
            var target = Dw + ((nint)channel * OutChannels) + firstOut;
            var source = sums + ((nint)row * outs);
            if (Vector512.IsHardwareAccelerated) Row<Lanes16>(source, outs, target);
            else if (Vector256.IsHardwareAccelerated) Row<Lanes8>(source, outs, target);
            else Row<Lanes1>(source, outs, target);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<T>(float* source, int outs, float* target)
            where T : struct, ILanes<T>
        {
            var tap = (nint)InChannels * OutChannels;
            nint step = Cut.SumsStep;
            if (Cut.Chunks > 1)
            {
                // Whole rows of a chunk at a time, since the chunks come from afar.
                var total = Scratch.Take(WinogradTransform.Points * outs);
                for (var point = 0; point < WinogradTransform.Points; point++) Total<T>(source + (point * step), outs, total + (point * outs));
                source = total;
                step = outs;
            }

            for (nint c = 0; c < outs; c += T.Count) WinogradTransform.WeightsAdjoint<T>(source + c, step, target + c, tap);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Total<T>(float* sums, int outs, float* total)
            where T : struct, ILanes<T>
        {
            var chunk = (nint)Cut.Blocks * (nint)Cut.SumsLength;
            for (var c = 0; c < outs; c += T.Count)
            {
                var from = sums + c;
                var sum = T.Load(from);
                for (var i = 1; i < Cut.Chunks; i++)
                {
                    from += chunk;
                    sum += T.Load(from);
                }

                sum.Store(total + c);
            }
        }
    }
}
