using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>The addends' places, opened as spans at each run: spans cannot be kept.</summary>
/// <param name="fusion">Which operands they are; null where nothing is added.</param>
/// <param name="inputs">The step's operands.</param>
/// <param name="rowsPerSample">Rows of the result that share a sample's addend.</param>
internal sealed class BoundEpilogue(EpilogueFusion? fusion, BufferSlice[] inputs, int rowsPerSample)
{
    /// <summary>The addends' values, for one call of a kernel.</summary>
    public Epilogue Open() => fusion is null
        ? Epilogue.None
        : new Epilogue { Bias = At(fusion.Bias), PerSample = At(fusion.PerSample), RowsPerSample = rowsPerSample, Residual = At(fusion.Residual) };

    private ReadOnlySpan<float> At(int index) => index < 0 ? default : inputs[index].Span;
}
