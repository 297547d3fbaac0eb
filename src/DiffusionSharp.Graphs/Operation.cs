using DiffusionSharp.Tensors;
using DiffusionSharp.Tensors.Kernels;

namespace DiffusionSharp.Graphs;

/// <summary>What a node computes. Records: two operations with the same settings are equal, so equal nodes are built once.</summary>
public abstract record Operation
{
    /// <summary>The name that messages use.</summary>
    public virtual string Name => GetType().Name;
}

/// <summary>Memory that the caller fills before a run.</summary>
public sealed record Input(string Label) : Operation;

/// <summary>A trained value, entry <paramref name="Index"/> of the graph's layout.</summary>
public sealed record Parameter(int Index) : Operation;

/// <summary>Values fixed when the graph is built.</summary>
public sealed record Constant(FloatTensor Values) : Operation;

/// <summary>One number, of shape [].</summary>
public sealed record Scalar(float Value) : Operation;

/// <summary>A function of each value; operands have the result's shape or a scalar's.</summary>
public sealed record Elementwise(ElementwiseCode Code) : Operation
{
    /// <inheritdoc/>
    public override string Name => Code.ToString();
}

/// <summary>Stretches dimensions of 1, aligned at the innermost.</summary>
public sealed record BroadcastTo : Operation;

/// <summary>The same values in another shape: a view, never a copy.</summary>
/// <param name="Detached">Whether the values count as fixed for differentiation: no gradient passes.</param>
public sealed record Reshape(bool Detached = false) : Operation;

/// <summary>Axis i of the result is axis Permutation[i] of the operand.</summary>
public sealed record Transpose(Shape Permutation) : Operation;

/// <summary>Part of an axis.</summary>
public sealed record Slice(int Axis, int Start) : Operation;

/// <summary>Zeros around an axis: the adjoint of <see cref="Slice"/>.</summary>
public sealed record Pad(int Axis, int Before) : Operation;

/// <summary>Operands one after another along an axis.</summary>
public sealed record Concatenate(int Axis) : Operation;

/// <summary>Scale · sum over <paramref name="AxisCount"/> neighbouring axes, which disappear.</summary>
public sealed record Sum(int Axis, int AxisCount, float Scale) : Operation;

/// <summary>Largest value over neighbouring axes, which disappear.</summary>
public sealed record Max(int Axis, int AxisCount) : Operation;

/// <summary>Matrix product of rank 2, or batch by batch of rank 3; a transposed operand is stored [k, m] or [n, k].</summary>
public sealed record MatMul(bool TransposeA, bool TransposeB) : Operation;

/// <summary>Zeros around a picture before a convolution reads it.</summary>
public readonly record struct Padding(int Top, int Bottom, int Left, int Right)
{
    /// <summary>The same on all four sides.</summary>
    public static Padding All(int size) => new(size, size, size, size);
}

/// <summary>Cross-correlation of x [N, H, W, Ci] with w [KH, KW, Ci, Co].</summary>
public sealed record Conv2D(int Stride, Padding Padding) : Operation;

/// <summary>The adjoint of <see cref="Conv2D"/> in x, applied to (dy, w).</summary>
public sealed record Conv2DGradInput(int Stride, Padding Padding) : Operation;

/// <summary>The adjoint of <see cref="Conv2D"/> in w, applied to (x, dy).</summary>
public sealed record Conv2DGradWeight(int Stride, Padding Padding) : Operation;

/// <summary>Each pixel of [N, H, W, C] repeated Factor × Factor times.</summary>
public sealed record UpsampleNearest(int Factor) : Operation;

/// <summary>Scale · sum of each Factor × Factor block: the adjoint of <see cref="UpsampleNearest"/>, and average pooling with Scale = Factor⁻².</summary>
public sealed record SumPool(int Factor, float Scale) : Operation;

/// <summary>Mean and 1/√(variance + ε) of each group of channels of x [N, …, C]: [N, G, 2].</summary>
public sealed record GroupNormStatistics(int Groups, float Epsilon) : Operation;

/// <summary>Group norm of (x, statistics, γ, β), with SiLU after it if asked: one operation, since backward recomputes both from x.</summary>
public sealed record GroupNormApply(int Groups, bool Silu) : Operation;

/// <summary>[N, 2, C]: sums over positions of the adjoint before SiLU, and of it times x̂; from (x, statistics, γ, β, dy).</summary>
public sealed record GroupNormGradSums(int Groups, bool Silu) : Operation;

/// <summary>The adjoint of group norm in x, from (x, statistics, γ, β, dy, sums).</summary>
public sealed record GroupNormGradInput(int Groups, bool Silu) : Operation;

/// <summary>exp(x)/Σexp(x) over the innermost axis.</summary>
public sealed record Softmax : Operation;

/// <summary>softmax(scale · q kᵀ) v for each head; the operand is [N, T, 3C] = q, k, v side by side, the result [N, T, C].</summary>
public sealed record Attention(int Heads, float Scale) : Operation;

/// <summary>The adjoint of <see cref="Attention"/>, from (qkv, dy): [N, T, 3C].</summary>
public sealed record AttentionGrad(int Heads, float Scale) : Operation;

/// <summary>Rows of a table [K, D] by index.</summary>
public sealed record Embedding : Operation;

/// <summary>The adjoint of <see cref="Embedding"/> in the table, from (dy, indices).</summary>
public sealed record EmbeddingGrad : Operation;

/// <summary>Weights in the order an executor's kernel reads them; a planner's own step, never built by hand.</summary>
/// <param name="Consumer">The product or convolution that reads them.</param>
/// <param name="Operand">Shape of its other operand.</param>
/// <param name="Result">Shape of its result.</param>
public sealed record Pack(Operation Consumer, Shape Operand, Shape Result) : Operation;

/// <summary>0 with probability Rate, else 1/(1 − Rate); drawn anew each run from the run's generator, split by Stream.</summary>
public sealed record DropoutMask(float Rate, int Stream) : Operation;

/// <summary>
/// Global-norm clipping, Adam or AdamW, and the exponential moving average of the weights, in one pass over (rates, gradients…).
/// The rates are learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, 1 − decay of the average; then 1 − decay of each further average; then, where a step is
/// computed in parts, the number of the part. The result [1] is the gradients' norm before clipping. A norm that is not finite leaves every
/// weight as it was.
/// </summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Per step and unit of learning rate.</param>
/// <param name="Decoupled">AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101); else Adam with the decay added to the gradient.</param>
/// <param name="ClipNorm">Largest norm of all gradients together; +∞ leaves them.</param>
/// <param name="Parts">
/// Runs that make one step, at least 1: each adds its gradients, and the last, of number Parts − 1, takes their mean and updates. The runs
/// before it give 0, or NaN where their loss is not finite; then nothing is updated in this step.
/// </param>
/// <param name="MoreAverages">Averages of the weights beside the first, at least 0, each with a decay of its own.</param>
public sealed record AdamUpdate(double Beta1, double Beta2, double Epsilon, double WeightDecay, bool Decoupled, double ClipNorm, int Parts = 1, int MoreAverages = 0) : Operation
{
    /// <summary>Length of the rates of the simplest update.</summary>
    public const int LeastRates = 4;

    /// <summary>Length of the rates.</summary>
    public int RatesCount => LeastRates + MoreAverages + (Parts > 1 ? 1 : 0);

    /// <summary>Where the number of the part stands, of an update in parts.</summary>
    public int PartIndex => LeastRates + MoreAverages;
}
