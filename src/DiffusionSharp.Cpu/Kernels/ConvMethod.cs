namespace DiffusionSharp.Cpu.Kernels;

/// <summary>How a convolution is computed. Methods differ in speed and rounding.</summary>
internal enum ConvMethod
{
    /// <summary>Sums of products as written, windows read in place.</summary>
    Direct,

    /// <summary>Winograd's minimal filtering F(4×4, 3×3): a quarter of the multiplications, largest error about 1e-5 of the largest value.</summary>
    Winograd,
}
