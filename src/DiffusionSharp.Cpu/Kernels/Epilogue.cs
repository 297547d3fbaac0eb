namespace DiffusionSharp.Cpu.Kernels;

/// <summary>What is added to each output row while it is hot: y = acc + bias[j] + perSample[row / rowsPerSample, j] + residual[row, j].</summary>
/// <remarks>An empty span is an absent term. The sum is taken in the order written, in float32.</remarks>
internal readonly ref struct Epilogue
{
    /// <summary>Adds nothing.</summary>
    public static Epilogue None => default;

    /// <summary>One value per output column, [n]; empty when absent.</summary>
    public ReadOnlySpan<float> Bias { get; init; }

    /// <summary>One row per sample, [samples, n], added to each of the sample's <see cref="RowsPerSample"/> output rows; empty when absent.</summary>
    public ReadOnlySpan<float> PerSample { get; init; }

    /// <summary>Output rows that share a row of <see cref="PerSample"/>; 1 or more when that is present.</summary>
    public int RowsPerSample { get; init; }

    /// <summary>One value per output, [m, n]; may be the very memory of the output, never a shifted part of it. Empty when absent.</summary>
    public ReadOnlySpan<float> Residual { get; init; }

    internal void Validate(string operation, long m, long n)
    {
        Guard.Optional(operation, "bias", Bias.Length, n);
        Guard.Optional(operation, "residual", Residual.Length, m * n);
        if (PerSample.IsEmpty) return;
        if (RowsPerSample < 1)
            throw new ArgumentException($"{operation}: epilogue.RowsPerSample is {RowsPerSample}, expected 1 or more beside a per-sample term.");
        Guard.Length(operation, "per-sample term", PerSample.Length, (m + RowsPerSample - 1) / RowsPerSample * n);
    }
}
