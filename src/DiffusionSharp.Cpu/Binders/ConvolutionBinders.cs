using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>A convolution and its two adjoints, by the method that is faster for their shapes and allowed by the precision.</summary>
internal static class ConvolutionBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<Conv2D>(Forward)
        {
            Workspace = (c, call) => Of(c, call) is var (g, method) ? Convolution.ForwardWorkspaceLength(g, method) : 0,
            Packing = PackingOf,
            Pack = (c, call, step) =>
            {
                var (g, method) = Of(c, call);
                return _ => Convolution.Pack(step.Inputs[0].Span, step.Output.Span, g, step.Parallelism, method);
            },
            Method = (c, call) => Named(Of(c, call)),
        },
        new Binder<Conv2DGradInput>(GradInput)
        {
            Workspace = (c, call) => Of(c, call) is var (g, method) ? Convolution.GradInputWorkspaceLength(g, method) : 0,
            Method = (c, call) => Named(Of(c, call)),
        },
        new Binder<Conv2DGradWeight>(GradWeight)
        {
            Workspace = (c, call) => Of(c, call) is var (g, method) ? Convolution.GradWeightWorkspaceLength(g, method) : 0,
            Method = (c, call) => Named(Of(c, call)),
        },
    ];

    private static (ConvGeometry Geometry, ConvMethod Method) Of(Conv2D c, Call call) =>
        Of(call.Inputs[0], call.Inputs[1], call.Output, c.Stride, c.Padding, call.Precision);

    private static (ConvGeometry Geometry, ConvMethod Method) Of(Conv2DGradInput c, Call call) =>
        Of(call.Output, call.Inputs[1], call.Inputs[0], c.Stride, c.Padding, call.Precision);

    private static (ConvGeometry Geometry, ConvMethod Method) Of(Conv2DGradWeight c, Call call) =>
        Of(call.Inputs[0], call.Output, call.Inputs[1], c.Stride, c.Padding, call.Precision);

    private static (ConvGeometry Geometry, ConvMethod Method) Of(Shape x, Shape w, Shape y, int stride, Padding padding, Precision precision)
    {
        var g = new ConvGeometry(x[0], x[1], x[2], x[3], w[3], w[0], w[1], stride, padding.Top, padding.Left, y[1], y[2]);
        return (g, precision == Precision.Exact ? ConvMethod.Direct : Convolution.Fastest(g));
    }

    private static string Named((ConvGeometry Geometry, ConvMethod Method) of) => of.Method == ConvMethod.Winograd ? "winograd" : "direct";

    private static Packing PackingOf(Conv2D c, Call call)
    {
        var (g, method) = Of(c, call);
        if (!Convolution.GainsByPacking(g, method)) return Packing.None;
        return new Packing(Convolution.PackedLength(g, method), Convolution.ForwardPackedWorkspaceLength(g, method));
    }

    private static StepAction Forward(Conv2D c, BoundStep step)
    {
        var (g, method) = Of(c, step.Call);
        var (x, w, y, scratch, p) = (step.Inputs[0], step.Inputs[1], step.Output, step.Scratch, step.Parallelism);
        var epilogue = step.Epilogue(g.OutHeight * g.OutWidth);
        if (step.Packed is { } packed)
            return _ => Convolution.ForwardPacked(x.Span, packed.Span, y.Span, g, epilogue.Open(), scratch.Span, p, method);
        return _ => Convolution.Forward(x.Span, w.Span, y.Span, g, epilogue.Open(), scratch.Span, p, method);
    }

    private static StepAction GradInput(Conv2DGradInput c, BoundStep step)
    {
        var (g, method) = Of(c, step.Call);
        var (dy, w, dx) = (step.Inputs[0], step.Inputs[1], step.Output);
        return _ => Convolution.GradInput(dy.Span, w.Span, dx.Span, g, step.Scratch.Span, step.Parallelism, method);
    }

    private static StepAction GradWeight(Conv2DGradWeight c, BoundStep step)
    {
        var (g, method) = Of(c, step.Call);
        var (x, dy, dw) = (step.Inputs[0], step.Inputs[1], step.Output);
        return _ => Convolution.GradWeight(x.Span, dy.Span, dw.Span, g, step.Scratch.Span, step.Parallelism, method);
    }
}
