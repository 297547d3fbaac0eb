namespace DiffusionSharp.Cpu.Kernels;

/// <summary>How group norm cuts its work: a unit is a stripe of whole groups of one sample, a tile several units.</summary>
/// <remarks>
/// A unit is read twice, statistics first, so it should lie in the second-level cache (1 MB a core with x, y and a gradient beside it):
/// wide samples are cut by channels, all of them when samples are too few for threads. No sum crosses a unit and every column is
/// summed in the same order wherever it stands in a stripe, so the cut may follow the number of samples.
/// </remarks>
internal readonly struct GroupNormGrid
{
    private const int UnitLength = 65536, TileLength = 16384;

    /// <summary>The sizes of x [N, Positions, C], and C/Groups.</summary>
    public readonly int N, Positions, C, Groups, Width;
    private readonly int stripeGroups, stripes, unitsPerTile;

    public GroupNormGrid(int n, int positions, int c, int groups)
    {
        (N, Positions, C, Groups, Width) = (n, positions, c, groups, c / groups);

        // Stripes of whole cache lines, where groups allow.
        var wanted = Math.Max(32, Math.Min(UnitLength / Math.Max(positions, 1), n >= 8 ? c : 64));
        var line = 16;
        while (line % Width != 0 && line < 16 * Width) line += 16;
        stripeGroups = Math.Min(groups, Math.Max(wanted / line, 1) * line / Width);
        stripes = Tiling.Ceiling(groups, stripeGroups);
        unitsPerTile = (int)Math.Max(TileLength / Math.Max((long)positions * stripeGroups * Width, 1), 1);
    }

    /// <summary>Pieces of work for threads.</summary>
    public int Tiles => Tiling.Ceiling(N * stripes, unitsPerTile);

    /// <summary>The units of a tile.</summary>
    public (int First, int End) Units(int tile) => (tile * unitsPerTile, Math.Min((tile + 1) * unitsPerTile, N * stripes));

    /// <summary>Which sample, from which group on, how many groups.</summary>
    public (int Sample, int Group, int Count) Unit(int unit)
    {
        var (sample, stripe) = Math.DivRem(unit, stripes);
        var group = stripe * stripeGroups;
        return (sample, group, Math.Min(stripeGroups, Groups - group));
    }
}
