using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>A matrix product with its operands filled and its scratch at hand.</summary>
internal sealed class GemmCall
{
    private readonly GemmShape shape;
    private readonly Parallelism parallelism;
    private readonly AlignedBuffer a;
    private readonly AlignedBuffer b;
    private readonly AlignedBuffer c;
    private readonly AlignedBuffer workspace;

    public GemmCall(GemmShape shape, Parallelism parallelism)
    {
        (this.shape, this.parallelism) = (shape, parallelism);
        a = Operands.Filled((long)shape.Batch * shape.M * shape.K, 1);
        b = Operands.Filled((long)shape.Batch * shape.K * shape.N, 2);
        c = new AlignedBuffer(shape.Batch * shape.M * shape.N);
        workspace = new AlignedBuffer(Gemm.BatchedWorkspaceLength(shape.Batch, shape.M, shape.N, shape.K, shape.TransposeA, shape.TransposeB));
    }

    public void Run() => Gemm.MultiplyBatched(
        a.Span, shape.TransposeA, b.Span, shape.TransposeB, c.Span, shape.Batch, shape.M, shape.N, shape.K, workspace.Span, parallelism);
}

/// <summary>The three passes of a convolution with operands filled and scratch at hand.</summary>
internal sealed class ConvCall
{
    private readonly ConvGeometry g;
    private readonly Parallelism parallelism;
    private readonly AlignedBuffer x;
    private readonly AlignedBuffer w;
    private readonly AlignedBuffer y;
    private readonly AlignedBuffer workspace;
    private readonly ConvMethod method;

    public ConvCall(ConvShape shape, Parallelism parallelism, ConvMethod method = ConvMethod.Direct)
    {
        this.method = method;
        g = shape.Geometry;
        this.parallelism = parallelism;
        x = Operands.Filled((long)g.Batch * g.Height * g.Width * g.InChannels, 1);
        w = Operands.Filled((long)g.KernelHeight * g.KernelWidth * g.InChannels * g.OutChannels, 2);
        y = Operands.Filled((long)g.Batch * g.OutHeight * g.OutWidth * g.OutChannels, 3);
        workspace = new AlignedBuffer(Math.Max(
            Convolution.ForwardWorkspaceLength(g, method),
            Math.Max(Convolution.GradInputWorkspaceLength(g, method), Convolution.GradWeightWorkspaceLength(g, method))));
    }

    public void Forward() => Convolution.Forward(x.Span, w.Span, y.Span, g, Epilogue.None, workspace.Span, parallelism, method);

    public void GradInput() => Convolution.GradInput(y.Span, w.Span, x.Span, g, workspace.Span, parallelism, method);

    public void GradWeight() => Convolution.GradWeight(x.Span, y.Span, w.Span, g, workspace.Span, parallelism, method);
}

/// <summary>Normal numbers, the same on every run.</summary>
public static class Operands
{
    public static AlignedBuffer Filled(long length, int seed)
    {
        var buffer = new AlignedBuffer(checked((int)length));
        new Rng((ulong)seed).FillNormal(buffer.Span);
        return buffer;
    }
}
