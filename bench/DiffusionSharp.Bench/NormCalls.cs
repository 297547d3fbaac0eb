using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>An attention of a real network.</summary>
public sealed record AttentionShape(string Name, int Batch, int Tokens, int Channels, int Heads)
{
    /// <summary>Operations of the two products of the forward pass; the gradient has five of that size.</summary>
    public double Operations => 4.0 * Batch * Tokens * Tokens * Channels;

    public override string ToString() => Name;
}

/// <summary>A group norm of a real network, of 32 groups with SiLU behind it.</summary>
public sealed record NormShape(string Name, int Batch, int Positions, int Channels)
{
    public const int Groups = 32;

    public double Bytes => 4.0 * Batch * Positions * Channels;

    public override string ToString() => Name;
}

/// <summary>The shapes of attention and group norm in U-Net S and M.</summary>
public static class NormWorkloads
{
    public static IReadOnlyList<AttentionShape> Attentions { get; } =
    [
        new("S attention 16 heads of 8", 64, 64, 128, 16),
        new("M attention 1 head of 256", 4, 256, 256, 1),
        new("M attention mid", 4, 16, 256, 1),
    ];

    public static IReadOnlyList<NormShape> Norms { get; } =
    [
        new("S norm 32 @32", 64, 1024, 32),
        new("S norm 96 @32", 64, 1024, 96),
        new("S norm 64 @16", 64, 256, 64),
        new("S norm 192 @16", 64, 256, 192),
        new("S norm 128 @8", 64, 64, 128),
        new("S norm 256 @8", 64, 64, 256),
        new("M norm 128 @32", 4, 1024, 128),
        new("M norm 384 @32", 4, 1024, 384),
        new("M norm 256 @16", 4, 256, 256),
        new("M norm 512 @8", 4, 64, 512),
        new("M norm 256 @4", 4, 16, 256),
    ];
}

/// <summary>Both passes of an attention with operands filled.</summary>
internal sealed class AttentionCall
{
    private readonly AttentionShape shape;
    private readonly Parallelism parallelism;
    private readonly AlignedBuffer qkv;
    private readonly AlignedBuffer dqkv;
    private readonly AlignedBuffer y;

    public AttentionCall(AttentionShape shape, Parallelism parallelism)
    {
        (this.shape, this.parallelism) = (shape, parallelism);
        qkv = Operands.Filled(3L * shape.Batch * shape.Tokens * shape.Channels, 1);
        y = Operands.Filled((long)shape.Batch * shape.Tokens * shape.Channels, 2);
        dqkv = new AlignedBuffer(qkv.Length);
    }

    private float Scale => 1 / MathF.Sqrt((float)shape.Channels / shape.Heads);

    public void Forward() => BlockedAttention.Forward(qkv.Span, y.Span, shape.Batch, shape.Tokens, shape.Channels, shape.Heads, Scale, parallelism);

    public void Gradient() => BlockedAttention.Gradient(qkv.Span, y.Span, dqkv.Span, shape.Batch, shape.Tokens, shape.Channels, shape.Heads, Scale, parallelism);
}

/// <summary>Both passes of a group norm with operands filled.</summary>
internal sealed class NormCall
{
    private readonly NormShape shape;
    private readonly Parallelism parallelism;
    private readonly AlignedBuffer x;
    private readonly AlignedBuffer y;
    private readonly AlignedBuffer dy;
    private readonly AlignedBuffer stats;
    private readonly AlignedBuffer sums;
    private readonly AlignedBuffer scale;

    public NormCall(NormShape shape, Parallelism parallelism)
    {
        (this.shape, this.parallelism) = (shape, parallelism);
        x = Operands.Filled((long)shape.Batch * shape.Positions * shape.Channels, 1);
        dy = Operands.Filled(x.Length, 2);
        y = new AlignedBuffer(x.Length);
        scale = Operands.Filled(shape.Channels, 3);
        stats = new AlignedBuffer(2 * shape.Batch * NormShape.Groups);
        sums = new AlignedBuffer(2 * shape.Batch * shape.Channels);
        Forward();
    }

    public void Forward() => GroupNorm.Forward(x.Span, stats.Span, scale.Span, scale.Span, y.Span, shape.Batch, shape.Positions, shape.Channels, NormShape.Groups, 1e-5f, true, parallelism);

    public void Gradient() => GroupNorm.Gradient(x.Span, stats.Span, scale.Span, scale.Span, dy.Span, default, sums.Span, y.Span, shape.Batch, shape.Positions, shape.Channels, NormShape.Groups, true, parallelism);
}
