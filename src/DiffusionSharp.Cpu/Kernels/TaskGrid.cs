namespace DiffusionSharp.Cpu.Kernels;

/// <summary>How a product of m rows is cut into tasks. A function of the shape alone, so results do not depend on the threads.</summary>
internal readonly record struct TaskGrid(int RowsPerTask, int RowTasks, int PanelsPerTask, int PanelTasks, int BatchPerTask, int BatchTasks)
{
    private const int RowBlocksPerTask = 8;

    // Handing out a task costs about a tenth of a microsecond and waking a thread several; below this many operations that shows.
    private const double OperationsPerTask = 4e5;

    // Enough for a few tasks on each of many cores.
    private const int WantedTasks = 32;

    public int Tasks => RowTasks * PanelTasks * BatchTasks;

    public static TaskGrid For(int rows, int columns, int depth, int batch)
    {
        var panels = PanelMatrix.PanelCount(columns);
        var operations = 2.0 * rows * columns * depth;
        var wanted = (int)Math.Clamp(operations * batch / OperationsPerTask, 1, WantedTasks);
        if (batch >= wanted)
        {
            var perTask = Math.Min((batch + wanted - 1) / wanted, (int)Math.Clamp(OperationsPerTask / operations, 1, batch));
            var rowsWhole = Math.Min(rows, RowBlocksPerTask * MicroKernel.RowBlock);
            return new(rowsWhole, Parts(rows, rowsWhole), panels, 1, perTask, Parts(batch, perTask));
        }

        var rowBlocks = Math.Min(RowBlocksPerTask, Parts(rows, MicroKernel.RowBlock));
        var panelsPerTask = panels;
        // Four row blocks still repay a panel's way into the cache; more panel tasks would each prepare the rows anew.
        while (Total() < wanted && rowBlocks > 4) rowBlocks = (rowBlocks + 1) / 2;
        while (Total() < wanted && panelsPerTask > 1) panelsPerTask = (panelsPerTask + 1) / 2;
        while (Total() < wanted && rowBlocks > 1) rowBlocks = (rowBlocks + 1) / 2;
        var rowsPerTask = rowBlocks * MicroKernel.RowBlock;
        return new(rowsPerTask, Parts(rows, rowsPerTask), panelsPerTask, Parts(panels, panelsPerTask), 1, batch);

        long Total() => (long)batch * Parts(rows, rowBlocks * MicroKernel.RowBlock) * Parts(panels, panelsPerTask);
    }

    private static int Parts(int whole, int part) => ((whole - 1) / part) + 1;
}
