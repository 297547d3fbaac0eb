using System.Runtime.Intrinsics;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Where a finished tile goes: the output [rows, columns] and the terms of its <see cref="Epilogue"/>, as pointers (null when absent).</summary>
internal unsafe struct OutputTile
{
    public float* Output;
    public int Columns;
    public float* Bias;
    public float* PerSample;
    public int RowsPerSample;
    public float* Residual;

    /// <summary>Writes rows of a tile to the output rows listed, from column <paramref name="firstColumn"/> on.</summary>
    public readonly void Write(float* tile, int tileStride, int* outputRows, int rows, int firstColumn, int columns)
    {
        var bias = Bias == null ? null : Bias + firstColumn;
        for (var r = 0; r < rows; r++)
        {
            var row = outputRows[r];
            var start = ((nint)row * Columns) + firstColumn;
            var perSample = PerSample == null ? null : PerSample + ((nint)(row / RowsPerSample) * Columns) + firstColumn;
            var residual = Residual == null ? null : Residual + start;
            WriteRow(tile + ((nint)r * tileStride), Output + start, bias, perSample, residual, columns);
        }
    }

    // Lanes are neighbouring columns and each takes the same sums in the same order as the loop over the remainder.
    private static void WriteRow(float* sum, float* output, float* bias, float* perSample, float* residual, int columns)
    {
        var j = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; j + 8 <= columns; j += 8)
            {
                var y = Vector256.Load(sum + j);
                if (bias != null) y += Vector256.Load(bias + j);
                if (perSample != null) y += Vector256.Load(perSample + j);
                if (residual != null) y += Vector256.Load(residual + j);
                y.Store(output + j);
            }
        }

        for (; j < columns; j++)
        {
            var y = sum[j];
            if (bias != null) y += bias[j];
            if (perSample != null) y += perSample[j];
            if (residual != null) y += residual[j];
            output[j] = y;
        }
    }
}
