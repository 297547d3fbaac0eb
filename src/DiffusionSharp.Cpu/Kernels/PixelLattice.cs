namespace DiffusionSharp.Cpu.Kernels;

/// <summary>
/// A regular lattice of output pixels and the window of input each one reads:
/// the geometry shared by a convolution and the gradient of its input.
/// </summary>
/// <remarks>
/// Lattice point (a, b) of picture n reads input rows a·InStep − PadTop + i, i &lt; TapsHigh, and columns b·InStep − PadLeft + j, j &lt; TapsWide,
/// and becomes output pixel (n, OutTop + a·OutStep, OutLeft + b·OutStep). Padding may be negative. A forward convolution is the lattice with
/// OutStep 1; the gradient of a convolution of stride s is s² lattices of OutStep s, one per parity, each with the taps that reach it.
/// </remarks>
internal unsafe struct PixelLattice
{
    public float* Input;
    public int Batch;
    public int Height;
    public int Width;
    public int Channels;
    public int TapsHigh;
    public int TapsWide;
    public int InStep;
    public int PadTop;
    public int PadLeft;
    public int Rows;
    public int Columns;
    public int OutHeight;
    public int OutWidth;
    public int OutTop;
    public int OutLeft;
    public int OutStep;

    public readonly int Taps => TapsHigh * TapsWide;

    /// <summary>Whether the points are all the output pixels, in order.</summary>
    public readonly bool IsDense => OutStep == 1 && Rows == OutHeight && Columns == OutWidth;

    public readonly int Points => checked(Batch * Rows * Columns);

    public static PixelLattice Forward(in ConvGeometry g, float* input) => new()
    {
        Input = input,
        Batch = g.Batch,
        Height = g.Height,
        Width = g.Width,
        Channels = g.InChannels,
        TapsHigh = g.KernelHeight,
        TapsWide = g.KernelWidth,
        InStep = g.Stride,
        PadTop = g.PadTop,
        PadLeft = g.PadLeft,
        Rows = g.OutHeight,
        Columns = g.OutWidth,
        OutHeight = g.OutHeight,
        OutWidth = g.OutWidth,
        OutStep = 1,
    };

    /// <summary>
    /// The input pixels that read tap rows ≡ <paramref name="parityRow"/> and columns ≡ <paramref name="parityColumn"/> modulo the stride.
    /// </summary>
    /// <remarks>
    /// With kh = parity + s·j the forward relation ih + padTop = s·oh + kh becomes oh = q₀ + a − j for ih = first + s·a: a correlation of stride 1
    /// over dy, its taps in falling order.
    /// </remarks>
    public static PixelLattice Backward(in ConvGeometry g, float* outputGradient, int parityRow, int parityColumn)
    {
        var (top, tapsHigh, padTop) = Axis(g.Stride, g.PadTop, g.KernelHeight, parityRow);
        var (left, tapsWide, padLeft) = Axis(g.Stride, g.PadLeft, g.KernelWidth, parityColumn);
        return new()
        {
            Input = outputGradient,
            Batch = g.Batch,
            Height = g.OutHeight,
            Width = g.OutWidth,
            Channels = g.OutChannels,
            TapsHigh = tapsHigh,
            TapsWide = tapsWide,
            InStep = 1,
            PadTop = padTop,
            PadLeft = padLeft,
            Rows = Count(g.Height, top, g.Stride),
            Columns = Count(g.Width, left, g.Stride),
            OutHeight = g.Height,
            OutWidth = g.Width,
            OutTop = top,
            OutLeft = left,
            OutStep = g.Stride,
        };

        static int Count(int size, int first, int step) => first < size ? ((size - first - 1) / step) + 1 : 0;

        static (int First, int Taps, int Pad) Axis(int stride, int pad, int kernel, int parity)
        {
            var first = (((parity - pad) % stride) + stride) % stride;
            var taps = parity < kernel ? ((kernel - parity - 1) / stride) + 1 : 0;
            return (first, taps, taps - 1 - ((first + pad - parity) / stride));
        }
    }

    /// <summary>Where an input pixel is, or would be were the picture larger.</summary>
    public readonly float* At(int picture, int row, int column) =>
        Input + (((((nint)picture * Height) + row) * Width) + column) * Channels;

    public readonly LatticeCursor Start(int point) => new(this, point);
}
