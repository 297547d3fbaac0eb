namespace DiffusionSharp.Graphs.Operations;

/// <summary>Cross-correlation of x [N, H, W, Ci] with w [KH, KW, Ci, Co].</summary>
public sealed record Conv2D(int Stride, Padding Padding) : Operation;

/// <summary>The adjoint of <see cref="Conv2D"/> in x, applied to (dy, w).</summary>
public sealed record Conv2DGradInput(int Stride, Padding Padding) : Operation;

/// <summary>The adjoint of <see cref="Conv2D"/> in w, applied to (x, dy).</summary>
public sealed record Conv2DGradWeight(int Stride, Padding Padding) : Operation;
