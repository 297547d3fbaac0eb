using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <content>The forward pass of some queries of a head.</content>
internal static unsafe partial class BlockedAttention
{
    private readonly struct ForwardBody(float* qkv, float* y, int tokens, int c, int heads, float scale) : ITileBody
    {
        public const int TileQueries = 128;

        // Keys whose scores stand in scratch at a time.
        private const int KeyBlock = 256;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var width = c / heads;
            var (sampleHead, part) = Math.DivRem(tile, Tiling.Ceiling(tokens, TileQueries));
            var (sample, head) = Math.DivRem(sampleHead, heads);
            var first = part * TileQueries;
            var queries = Math.Min(TileQueries, tokens - first);
            var (lanes, pitch, block) = (MicroKernel.Panel, Pitch(width), Math.Min(tokens, KeyBlock));
            var (panels, panelLength) = (Tiling.Ceiling(queries, lanes), (long)width * lanes);
            var (narrow, columnPitch) = (IsNarrow(width), ColumnPitch(block));
            var keyLength = narrow ? (long)width * columnPitch : (long)block * pitch;

            var keyFloats = keyLength + ((long)block * pitch) + (2 * block) + ((long)block * lanes);
            var queryFloats = (2 * panels * panelLength) + (4 * panels * lanes);
            var scratch = Scratch.Take(checked((int)(keyFloats + queryFloats + 160)));
            var keys = Cut(ref scratch, keyLength);
            var values = Cut(ref scratch, (long)block * pitch);
            var scores = Cut(ref scratch, (long)block * lanes);
            var queryPanels = Cut(ref scratch, panels * panelLength);
            var results = Cut(ref scratch, panels * panelLength);
            var largest = Cut(ref scratch, panels * lanes);
            var totals = Cut(ref scratch, panels * lanes);
            var rescale = Cut(ref scratch, lanes);
            var table = (float**)Cut(ref scratch, 2 * block);
            for (var k = 0; k < block; k++) table[k] = keys + ((long)k * pitch);

            var stride = 3L * c;
            var source = qkv + (sample * tokens * stride) + (head * width);
            for (var p = 0; p < panels; p++)
            {
                var from = source + ((first + (p * lanes)) * stride);
                PackPanel(from, stride, queryPanels + (p * panelLength), Math.Min(lanes, queries - (p * lanes)), width, scale * LaneMath.Log2E);
            }

            new Span<float>(largest, panels * lanes).Fill(float.NegativeInfinity);
            new Span<float>(totals, panels * lanes).Clear();
            for (var key = 0; key < tokens; key += block)
            {
                var count = Math.Min(block, tokens - key);
                if (narrow) Movement.Matrix(source + (key * stride) + c, stride, keys, columnPitch, width, count);
                else AttentionLoops.Copy(source + (key * stride) + c, stride, keys, pitch, count, width, 1);
                AttentionLoops.Copy(source + (key * stride) + (2 * c), stride, values, pitch, count, width, 1);
                for (var p = 0; p < panels; p++)
                {
                    var columns = Math.Min(lanes, queries - (p * lanes));
                    var result = results + (p * panelLength);
                    var query = queryPanels + (p * panelLength);
                    if (narrow) ByColumns(keys, columnPitch, count, columns, width, query, lanes, scores, lanes, add: false);
                    else ByRows(table, 0, count, columns, width, query, lanes, scores, lanes, add: false);
                    AttentionLoops.Weigh(scores, count, columns, lanes, largest + (p * lanes), totals + (p * lanes), rescale);
                    if (key > 0) AttentionLoops.ScaleLanes(result, width, columns, lanes, rescale);
                    ByColumns(values, pitch, width, columns, count, scores, lanes, result, lanes, add: key > 0);
                }
            }

            var target = y + ((((long)sample * tokens) + first) * c) + (head * width);
            for (var p = 0; p < panels; p++)
            {
                var columns = Math.Min(lanes, queries - (p * lanes));
                var result = results + (p * panelLength);
                AttentionLoops.Invert(totals + (p * lanes), columns);
                AttentionLoops.ScaleLanes(result, width, columns, lanes, totals + (p * lanes));
                Movement.Matrix(result, lanes, target + ((long)p * lanes * c), c, columns, width);
            }
        }
    }
}
