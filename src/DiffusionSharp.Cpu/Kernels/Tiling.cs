namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Arithmetic of fixed tiles.</summary>
internal static class Tiling
{
    /// <summary>How many parts of a size cover a length.</summary>
    public static int Ceiling(int length, int size) => (int)(((long)length + size - 1) / size);

    /// <summary>How many rows of a width make a tile worth handing to a thread.</summary>
    public static int RowsPerTile(int width, int work = 16384) => Math.Max(work / Math.Max(width, 1), 1);
}
