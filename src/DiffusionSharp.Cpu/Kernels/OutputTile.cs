using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Where a finished tile goes: the output [rows, columns] and the terms of its <see cref="Epilogue"/>, as pointers (null when absent).</summary>
internal unsafe struct OutputTile
{
    public float* Output;
    public int Columns;
    public float* Bias;
    public float* PerSample;
    public int RowsPerSample;
    public float* Residual;

    /// <summary>A plain output.</summary>
    public OutputTile(float* output, int columns)
    {
        Output = output;
        Columns = columns;
    }

    /// <summary>An output with the terms of an epilogue.</summary>
    public OutputTile(float* output, int columns, float* bias, float* perSample, int rowsPerSample, float* residual)
        : this(output, columns)
    {
        Bias = bias;
        PerSample = perSample;
        RowsPerSample = rowsPerSample;
        Residual = residual;
    }

    /// <summary>Whether nothing is added.</summary>
    public readonly bool IsPlain => Bias == null && PerSample == null && Residual == null;

    /// <summary>Where a result goes.</summary>
    public readonly float* At(int row, int column) => Output + ((nint)row * Columns) + column;

    /// <summary>Writes rows of a tile to the output rows listed, from column <paramref name="firstColumn"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Write(float* tile, int tileStride, int* outputRows, int rows, int firstColumn, int columns)
    {
        if (Vector512.IsHardwareAccelerated && columns % 16 == 0) Write<Lanes16>(tile, tileStride, outputRows, rows, firstColumn, columns);
        else if (Vector256.IsHardwareAccelerated && columns % 8 == 0) Write<Lanes8>(tile, tileStride, outputRows, rows, firstColumn, columns);
        else Write<Lanes1>(tile, tileStride, outputRows, rows, firstColumn, columns);
    }

    // Lanes are neighbouring columns, each takes the same sums in the same order at every width.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Write<T>(float* tile, int tileStride, int* outputRows, int rows, int firstColumn, int columns)
        where T : struct, ILanes<T>
    {
        for (var j = 0; j < columns; j += T.Count)
        {
            var bias = Bias == null ? T.Of(0) : T.Load(Bias + firstColumn + j);
            for (var r = 0; r < rows; r++)
            {
                var row = outputRows[r];
                var y = T.Load(tile + ((nint)r * tileStride) + j);
                if (Bias != null) y += bias;
                if (PerSample != null) y += T.Load(PerSample + ((nint)(row / RowsPerSample) * Columns) + firstColumn + j);
                var start = ((nint)row * Columns) + firstColumn + j;
                if (Residual != null) y += T.Load(Residual + start);
                y.Store(Output + start);
            }
        }
    }
}
