using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The 4×4 output tiles of a 3×3 convolution of stride 1, and the 6×6 windows of input they read.</summary>
/// <param name="Batch">Pictures.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="PadTop">Zero rows above the input.</param>
/// <param name="PadLeft">Zero columns left of it.</param>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
internal readonly unsafe record struct WinogradTiles(int Batch, int Height, int Width, int PadTop, int PadLeft, int OutHeight, int OutWidth)
{
    public int High => ((OutHeight - 1) / WinogradTransform.OutSide) + 1;

    public int Wide => ((OutWidth - 1) / WinogradTransform.OutSide) + 1;

    public int Count => checked(Batch * High * Wide);

    public static WinogradTiles Forward(in ConvGeometry g) => new(g.Batch, g.Height, g.Width, g.PadTop, g.PadLeft, g.OutHeight, g.OutWidth);

    /// <summary>The gradient of the input is the correlation of dy with the taps in falling order, padded by what the forward pass did not.</summary>
    public static WinogradTiles Backward(in ConvGeometry g) => new(g.Batch, g.OutHeight, g.OutWidth, 2 - g.PadTop, 2 - g.PadLeft, g.Height, g.Width);

    /// <summary>Picture and first output row and column of a tile.</summary>
    public (int Picture, int Row, int Column) At(int tile)
    {
        var (line, column) = Math.DivRem(tile, Wide);
        var (picture, row) = Math.DivRem(line, High);
        return (picture, row * WinogradTransform.OutSide, column * WinogradTransform.OutSide);
    }

    /// <summary>Addresses of the 36 input pixels of a tile, row by row; those outside the picture are <paramref name="zeros"/>.</summary>
    public void InputWindow(int tile, float* input, int channels, float* zeros, float** window)
    {
        var (picture, row, column) = At(tile);
        Window(input, Height, Width, channels, picture, row - PadTop, column - PadLeft, WinogradTransform.InSide, zeros, window);
    }

    /// <summary>Addresses of the 16 output pixels of a tile, row by row; those outside the picture are <paramref name="zeros"/>.</summary>
    public void OutputWindow(int tile, float* output, int channels, float* zeros, float** window)
    {
        var (picture, row, column) = At(tile);
        Window(output, OutHeight, OutWidth, channels, picture, row, column, WinogradTransform.OutSide, zeros, window);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Window(float* pixels, int height, int width, int channels, int picture, int top, int left, int side, float* zeros, float** window)
    {
        nint line = (nint)width * channels;
        var corner = pixels + ((((nint)picture * height) + top) * line) + ((nint)left * channels);
        var inside = top >= 0 && left >= 0 && top + side <= height && left + side <= width;
        for (var i = 0; i < side; i++, corner += line)
        {
            var pixel = corner;
            if (inside)
            {
                for (var j = 0; j < side; j++, pixel += channels) *window++ = pixel;
                continue;
            }

            var rowOutside = (uint)(top + i) >= (uint)height;
            for (var j = 0; j < side; j++, pixel += channels)
                *window++ = rowOutside || (uint)(left + j) >= (uint)width ? zeros : pixel;
        }
    }
}
