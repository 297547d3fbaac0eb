using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>Cross-correlation of x [N, H, W, Ci] with w [KH, KW, Ci, Co].</summary>
/// <param name="Stride">Step between outputs in input pixels, at least 1, along both axes.</param>
/// <param name="Padding">Zeros around the picture.</param>
public sealed record Conv2D(int Stride, Padding Padding) : Operation
{
    /// <inheritdoc/>
    public override bool TakesPacked => true;

    /// <inheritdoc/>
    public override Addends AddendsFor(Shape output) => Addends.All;

    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => Windows(output, inputs[1]);

    // Every value of the result is a sum over the window: KH · KW · Ci products. Both adjoints pair the same values.
    internal static OperationCost Windows(Shape y, Shape w) => new((long)y.Count * w[0] * w[1] * w[2], 0);
}

/// <summary>The adjoint of <see cref="Conv2D"/> in x, applied to (dy, w).</summary>
/// <param name="Stride">That of the convolution.</param>
/// <param name="Padding">That of the convolution.</param>
public sealed record Conv2DGradInput(int Stride, Padding Padding) : Operation
{
    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => Conv2D.Windows(inputs[0], inputs[1]);
}

/// <summary>The adjoint of <see cref="Conv2D"/> in w, applied to (x, dy).</summary>
/// <param name="Stride">That of the convolution.</param>
/// <param name="Padding">That of the convolution.</param>
public sealed record Conv2DGradWeight(int Stride, Padding Padding) : Operation
{
    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => Conv2D.Windows(inputs[1], output);
}
