using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <content>The gradient of a head: a panel of queries against all keys, then the next panel.</content>
internal static unsafe partial class BlockedAttention
{
    private readonly struct GradientBody(float* qkv, float* dy, float* dqkv, int tokens, int c, int heads, float scale) : ITileBody
    {
        // Of so many keys the scores stay in scratch between the two passes over them; of more they are computed twice.
        private const int KeyBlock = 1024;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var width = c / heads;
            var (sample, head) = Math.DivRem(tile, heads);
            var (pitch, lanes, stride) = (Pitch(width), MicroKernel.Panel, 3L * c);
            var part = new GradientScratch(tokens, Math.Min(tokens, KeyBlock), width, pitch);
            var source = qkv + (sample * tokens * stride) + (head * width);
            var upstream = dy + ((long)sample * tokens * c) + (head * width);
            var target = dqkv + (sample * tokens * stride) + (head * width);
            AttentionLoops.Copy(source + c, stride, part.Keys, pitch, tokens, width, 1);
            if (IsNarrow(width))
            {
                Movement.Matrix(source + c, stride, part.KeyColumns, part.ColumnPitch, width, tokens);
                Movement.Matrix(source + (2 * c), stride, part.Values, part.ColumnPitch, width, tokens);
            }
            else
            {
                AttentionLoops.Copy(source + (2 * c), stride, part.Values, pitch, tokens, width, 1);
            }

            for (var row = 0; row < tokens; row += lanes)
            {
                var rows = Math.Min(lanes, tokens - row);
                PackPanel(source + (row * stride), stride, part.QueryPanel, rows, width, scale * LaneMath.Log2E);
                PackPanel(upstream + ((long)row * c), c, part.DyPanel, rows, width, 1);
                AttentionLoops.Copy(source + (row * stride), stride, part.QueryRows, pitch, rows, width, 1);
                AttentionLoops.Copy(upstream + ((long)row * c), c, part.DyRows, pitch, rows, width, 1);
                Panel(part, rows);
                AttentionLoops.Scale(part.DQueryPanel, width * lanes, scale);
                Movement.Matrix(part.DQueryPanel, lanes, target + (row * stride), stride, rows, width);
            }

            AttentionLoops.Copy(part.DKeys, pitch, target + c, stride, tokens, width, scale);
            AttentionLoops.Copy(part.DValues, pitch, target + (2 * c), stride, tokens, width, 1);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Panel(in GradientScratch part, int queries)
        {
            var (lanes, width, pitch, block) = (MicroKernel.Panel, part.Width, part.Pitch, part.Block);
            new Span<float>(part.Largest, lanes).Fill(float.NegativeInfinity);
            new Span<float>(part.Totals, lanes).Clear();
            new Span<float>(part.Along, lanes).Clear();
            for (var key = 0; key < tokens; key += block)
            {
                var count = Math.Min(block, tokens - key);
                Products(part, key, count, queries);
                AttentionLoops.Weigh(part.Weights, count, queries, lanes, part.Largest, part.Totals, part.Rescale);
                AttentionLoops.Along(part.Weights, part.Slopes, count, queries, lanes, part.Rescale, part.Along);
            }

            AttentionLoops.Invert(part.Totals, queries);
            AttentionLoops.ScaleLanes(part.Along, 1, queries, lanes, part.Totals);
            for (var key = 0; key < tokens; key += block)
            {
                var count = Math.Min(block, tokens - key);
                if (block < tokens)
                {
                    Products(part, key, count, queries);
                    AttentionLoops.Exponentials(part.Weights, count, queries, lanes, part.Largest);
                }

                AttentionLoops.Slopes(part.Weights, part.Slopes, count, queries, lanes, part.Totals, part.Along);
                ByColumns(part.Keys + ((long)key * pitch), pitch, width, queries, count, part.Slopes, lanes, part.DQueryPanel, lanes, add: key > 0);
                AddOuter(part, part.Weights, part.DyRows, part.DValues + ((long)key * pitch), count, queries);
                AddOuter(part, part.Slopes, part.QueryRows, part.DKeys + ((long)key * pitch), count, queries);
            }
        }

        // Scores and dP of a block of keys.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Products(in GradientScratch part, int key, int count, int queries)
        {
            var lanes = MicroKernel.Panel;
            if (IsNarrow(part.Width))
            {
                ByColumns(part.KeyColumns + key, part.ColumnPitch, count, queries, part.Width, part.QueryPanel, lanes, part.Weights, lanes, add: false);
                ByColumns(part.Values + key, part.ColumnPitch, count, queries, part.Width, part.DyPanel, lanes, part.Slopes, lanes, add: false);
                return;
            }

            ByRows(part.KeyTable + key, 0, count, queries, part.Width, part.QueryPanel, lanes, part.Weights, lanes, add: false);
            ByRows(part.KeyTable + key, (nint)(part.Values - part.Keys), count, queries, part.Width, part.DyPanel, lanes, part.Slopes, lanes, add: false);
        }

        // sum[keys, width] += a[keys, queries] · b[queries, width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddOuter(in GradientScratch part, float* a, float* b, float* sum, int keys, int queries)
        {
            var (lanes, pitch) = (MicroKernel.Panel, part.Pitch);
            if (pitch == 8)
            {
                SmallProduct.AddEightWide(a, lanes, b, sum, keys, queries);
                return;
            }

            var padded = Scratch.Pad(part.Width);
            for (var j = 0; j < padded; j += lanes)
                ByRows(part.WeightTable, (nint)(a - part.Weights), keys, Math.Min(lanes, padded - j), queries, b + j, pitch, sum + j, pitch, add: true);
        }
    }

    private readonly struct GradientScratch
    {
        // Of a narrow head the values stand as columns, and the keys both ways.
        public readonly float* Keys, KeyColumns, Values, DKeys, DValues, Weights, Slopes;
        public readonly float* QueryPanel, DyPanel, DQueryPanel, QueryRows, DyRows;
        public readonly float* Largest, Totals, Along, Rescale;
        public readonly float** KeyTable, WeightTable;
        public readonly int Block, Width, Pitch, ColumnPitch;

        public GradientScratch(int tokens, int block, int width, int pitch)
        {
            (Block, Width, Pitch, ColumnPitch) = (block, width, pitch, BlockedAttention.ColumnPitch(tokens));
            var lanes = MicroKernel.Panel;
            var (whole, scores, panel, rows) = ((long)tokens * pitch, (long)block * lanes, (long)width * lanes, (long)lanes * pitch);
            var narrow = IsNarrow(width);
            var columns = (long)width * ColumnPitch;
            var keyFloats = narrow ? (3 * whole) + (2 * columns) : 4 * whole;
            var queryFloats = (3 * panel) + (2 * rows) + (4 * lanes);
            var scratch = Scratch.Take(checked((int)(keyFloats + (2 * scores) + queryFloats + (2L * tokens) + (2 * block) + (18 * 16))));
            Keys = Cut(ref scratch, whole);
            KeyColumns = Cut(ref scratch, narrow ? columns : 0);
            Values = Cut(ref scratch, narrow ? columns : whole);
            DKeys = Cut(ref scratch, whole);
            DValues = Cut(ref scratch, whole);
            Weights = Cut(ref scratch, scores);
            Slopes = Cut(ref scratch, scores);
            QueryPanel = Cut(ref scratch, panel);
            DyPanel = Cut(ref scratch, panel);
            DQueryPanel = Cut(ref scratch, panel);
            QueryRows = Cut(ref scratch, rows);
            DyRows = Cut(ref scratch, rows);
            Largest = Cut(ref scratch, lanes);
            Totals = Cut(ref scratch, lanes);
            Along = Cut(ref scratch, lanes);
            Rescale = Cut(ref scratch, lanes);
            KeyTable = (float**)Cut(ref scratch, 2 * tokens);
            WeightTable = (float**)Cut(ref scratch, 2 * block);
            for (var k = 0; k < tokens; k++) KeyTable[k] = Keys + ((long)k * pitch);
            for (var k = 0; k < block; k++) WeightTable[k] = Weights + ((long)k * lanes);
            new Span<float>(DKeys, checked((int)(DValues - DKeys + whole))).Clear();

            // The columns past the width are multiplied with the rest: they must be numbers.
            if (width < pitch) new Span<float>(QueryRows, checked((int)(DyRows - QueryRows + rows))).Clear();
        }
    }
}
