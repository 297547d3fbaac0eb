using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

/// <summary>Operands of the three passes of a convolution, and the loops that define them.</summary>
internal static class ConvCases
{
    public static TheoryData<string> Passes => ["forward", "input gradient", "weight gradient"];

    public static ConvGeometry? Geometry(int n, int h, int w, int ci, int co, int kh, int kw, int stride, int top, int left, int bottom, int right)
    {
        var (spareHeight, spareWidth) = (h + top + bottom - kh, w + left + right - kw);
        if (spareHeight < 0 || spareWidth < 0) return null;
        return new ConvGeometry(n, h, w, ci, co, kh, kw, stride, top, left, (spareHeight / stride) + 1, (spareWidth / stride) + 1);
    }

    public static int X(in ConvGeometry g) => g.Batch * g.Height * g.Width * g.InChannels;

    public static int W(in ConvGeometry g) => g.KernelHeight * g.KernelWidth * g.InChannels * g.OutChannels;

    public static int Y(in ConvGeometry g) => g.Batch * g.OutHeight * g.OutWidth * g.OutChannels;

    public static (float[] First, float[] Second) Operands(string pass, ConvGeometry g)
    {
        var x = KernelArrays.Normal(X(g), 1);
        var w = KernelArrays.Normal(W(g), 2);
        var dy = KernelArrays.Normal(Y(g), 3);
        return pass switch { "forward" => (x, w), "input gradient" => (dy, w), _ => (x, dy) };
    }

    public static float[] Run(string pass, float[] first, float[] second, ConvGeometry g, Parallelism parallelism, ConvMethod method = ConvMethod.Direct) => pass switch
    {
        "forward" => KernelArrays.Guarded(Y(g), Convolution.ForwardWorkspaceLength(g, method), (y, workspace) =>
            Convolution.Forward(first, second, y, g, Epilogue.None, workspace, parallelism, method)),
        "input gradient" => KernelArrays.Guarded(X(g), Convolution.GradInputWorkspaceLength(g, method), (dx, workspace) =>
            Convolution.GradInput(first, second, dx, g, workspace, parallelism, method)),
        _ => KernelArrays.Guarded(W(g), Convolution.GradWeightWorkspaceLength(g, method), (dw, workspace) =>
            Convolution.GradWeight(first, second, dw, g, workspace, parallelism, method)),
    };

    // The definition: every product of the convolution once, sent to the result the pass asks for.
    public static (double[] Result, double[] Magnitude) Oracle(string pass, float[] first, float[] second, ConvGeometry g)
    {
        var result = new double[pass switch { "forward" => Y(g), "input gradient" => X(g), _ => W(g) }];
        var magnitude = new double[result.Length];
        for (var n = 0; n < g.Batch; n++)
            for (var oh = 0; oh < g.OutHeight; oh++)
                for (var ow = 0; ow < g.OutWidth; ow++)
                    for (var kh = 0; kh < g.KernelHeight; kh++)
                        for (var kw = 0; kw < g.KernelWidth; kw++)
                        {
                            var (ih, iw) = ((oh * g.Stride) + kh - g.PadTop, (ow * g.Stride) + kw - g.PadLeft);
                            if (ih < 0 || ih >= g.Height || iw < 0 || iw >= g.Width) continue;
                            var x = ((((n * g.Height) + ih) * g.Width) + iw) * g.InChannels;
                            var y = ((((n * g.OutHeight) + oh) * g.OutWidth) + ow) * g.OutChannels;
                            var w = ((kh * g.KernelWidth) + kw) * g.InChannels * g.OutChannels;
                            for (var ci = 0; ci < g.InChannels; ci++)
                            {
                                for (var co = 0; co < g.OutChannels; co++)
                                {
                                    var weight = w + (ci * g.OutChannels) + co;
                                    var (to, left, right) = pass switch
                                    {
                                        "forward" => (y + co, x + ci, weight),
                                        "input gradient" => (x + ci, y + co, weight),
                                        _ => (weight, x + ci, y + co),
                                    };
                                    var product = (double)first[left] * second[right];
                                    result[to] += product;
                                    magnitude[to] += Math.Abs(product);
                                }
                            }
                        }

        return (result, magnitude);
    }
}
