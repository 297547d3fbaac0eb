using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Starts a <see cref="BlockedProduct{TSource}"/>.</summary>
internal static class BlockedProduct
{
    public static void Run<TSource>(TSource source, in PanelMatrix panels, in OutputTile output, int rows, int depth, int batch, Parallelism parallelism)
        where TSource : struct, ITileSource
    {
        var product = new BlockedProduct<TSource>
        {
            Source = source,
            Panels = panels,
            Output = output,
            Grid = TaskGrid.For(rows, panels.Columns, depth, batch),
            Rows = rows,
            Batch = batch,
        };
        parallelism.For(product.Grid.Tasks, ref product);
    }
}

/// <summary>A product of any row source with a panel matrix, tile by tile; the body of its parallel loop.</summary>
internal unsafe struct BlockedProduct<TSource> : ITileBody
    where TSource : struct, ITileSource
{
    public TSource Source;
    public PanelMatrix Panels;

    public OutputTile Output;
    public TaskGrid Grid;
    public int Rows;
    public int Batch;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int tile)
    {
        var panelTask = tile % Grid.PanelTasks;
        var rest = tile / Grid.PanelTasks;
        var rowTask = rest % Grid.RowTasks;
        var firstBatch = rest / Grid.RowTasks * Grid.BatchPerTask;
        var endBatch = Math.Min(Batch, firstBatch + Grid.BatchPerTask);
        for (var batch = firstBatch; batch < endBatch; batch++) RunOne(batch, rowTask, panelTask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunOne(int batch, int rowTask, int panelTask)
    {
        var rowBlock = MicroKernel.RowBlock;
        var width = MicroKernel.Panel;
        var firstRow = rowTask * Grid.RowsPerTask;
        var rows = Math.Min(Grid.RowsPerTask, Rows - firstRow);
        var blocks = (rows + rowBlock - 1) / rowBlock;
        var firstPanel = panelTask * Grid.PanelsPerTask;
        var endPanel = Math.Min(Panels.Panels, firstPanel + Grid.PanelsPerTask);

        // The rows are located once and stay in the cache while one panel after another passes over them.
        var tableBytes = (Source.TableBytes + 63) & ~63L;
        var tileBytes = (long)rowBlock * width * sizeof(float);
        var tile = (float*)ThreadScratch.Rent(tileBytes + (blocks * (tableBytes + ((long)rowBlock * sizeof(int)))));
        var tables = (byte*)tile + tileBytes;
        var outputRows = (int*)(tables + (blocks * tableBytes));
        for (var block = 0; block < blocks; block++)
        {
            Source.Locate(batch, firstRow + (block * rowBlock), Math.Min(rowBlock, rows - (block * rowBlock)),
                tables + (block * tableBytes), outputRows + (block * rowBlock));
        }

        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            nint ldb = 0;
            var b = Panels.Narrow ? Panels.Transposed(batch) : Panels.Panel(batch, panel, out ldb);
            var columns = Panels.ColumnsOf(panel);
            var direct = !Panels.Narrow && Source.IsDense && Output.IsPlain && columns % MicroKernel.Lanes == 0;
            for (var block = 0; block < blocks; block++)
            {
                var blockRows = Math.Min(rowBlock, rows - (block * rowBlock));
                if (panel == firstPanel && block + 1 < blocks)
                    Source.Prefetch(tables + ((block + 1) * tableBytes), Math.Min(rowBlock, rows - ((block + 1) * rowBlock)));
                for (var row = 0; row < blockRows;)
                {
                    var count = MicroKernel.TileRows(blockRows - row);
                    var table = tables + (block * tableBytes);
                    if (direct)
                    {
                        Source.Multiply(table, row, count, columns, b, ldb, Output.At(outputRows[(block * rowBlock) + row], panel * width), Output.Columns);
                        row += count;
                        continue;
                    }

                    if (Panels.Narrow) Source.MultiplyNarrow(table, row, count, columns, b, tile);
                    else Source.Multiply(table, row, count, columns, b, ldb, tile, width);
                    Output.Write(tile, width, outputRows + (block * rowBlock) + row, count, panel * width, columns);
                    row += count;
                }
            }
        }
    }
}
