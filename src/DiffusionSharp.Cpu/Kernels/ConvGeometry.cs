namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The shapes of a two-dimensional convolution: x [N, H, W, Ci] with w [KH, KW, Ci, Co] gives y [N, OH, OW, Co].</summary>
/// <remarks>
/// Output (oh, ow) reads input row oh·stride + kh − padTop and column ow·stride + kw − padLeft; outside the picture the input is zero.
/// Padding at the bottom and right is whatever the output size implies, so it may differ from that at the top and left.
/// </remarks>
/// <param name="Batch">N, pictures.</param>
/// <param name="Height">H, input rows.</param>
/// <param name="Width">W, input columns.</param>
/// <param name="InChannels">Ci.</param>
/// <param name="OutChannels">Co.</param>
/// <param name="KernelHeight">KH.</param>
/// <param name="KernelWidth">KW.</param>
/// <param name="Stride">Step between outputs in input pixels, 1 or more, along both axes.</param>
/// <param name="PadTop">Zero rows above the input, 0 or more.</param>
/// <param name="PadLeft">Zero columns left of the input, 0 or more.</param>
/// <param name="OutHeight">OH, output rows.</param>
/// <param name="OutWidth">OW, output columns.</param>
internal readonly record struct ConvGeometry(
    int Batch,
    int Height,
    int Width,
    int InChannels,
    int OutChannels,
    int KernelHeight,
    int KernelWidth,
    int Stride,
    int PadTop,
    int PadLeft,
    int OutHeight,
    int OutWidth)
{
    internal long InputLength => (long)Batch * Height * Width * InChannels;

    internal long WeightLength => (long)KernelHeight * KernelWidth * InChannels * OutChannels;

    internal long OutputLength => (long)Batch * OutHeight * OutWidth * OutChannels;

    internal void Validate(string operation)
    {
        Guard.Positive(operation, nameof(Batch), Batch);
        Guard.Positive(operation, nameof(Height), Height);
        Guard.Positive(operation, nameof(Width), Width);
        Guard.Positive(operation, nameof(InChannels), InChannels);
        Guard.Positive(operation, nameof(OutChannels), OutChannels);
        Guard.Positive(operation, nameof(KernelHeight), KernelHeight);
        Guard.Positive(operation, nameof(KernelWidth), KernelWidth);
        Guard.Positive(operation, nameof(Stride), Stride);
        Guard.Positive(operation, nameof(OutHeight), OutHeight);
        Guard.Positive(operation, nameof(OutWidth), OutWidth);
        if (PadTop < 0 || PadLeft < 0)
            throw new ArgumentException($"{operation}: padding is ({PadTop}, {PadLeft}), expected 0 or more.");
    }
}
