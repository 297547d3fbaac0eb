using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The transforms of Winograd's minimal filtering F(4×4, 3×3) and their adjoints, each on a bundle of channels.</summary>
/// <remarks>
/// <code>
/// Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A        d: 6×6 of the input, g: 3×3 of the weights, Y: 4×4 of the output
///
///      4  0 −5  0  1  0            6  0  0
///      0 −4 −4  1  1  0           −4 −4 −4            1  1  1  1  1  0
/// Bᵀ = 0  4 −4 −1  1  0   G = 1/24 −4  4 −4      Aᵀ = 0  1 −1  2 −2  0
///      0 −2 −1  2  1  0            1  2  4            0  1  1  4  4  0
///      0  2 −1 −2  1  0            1 −2  4            0  1 −1  8 −8  1
///      0  4  0 −5  0  1            0  0 24
/// </code>
/// Lavin and Gray 2015, arXiv:1509.09308, section 4.3 (points 0, ±1, ±2, ∞). The gradient of g is Gᵀ [(A ∂Y Aᵀ) ∘ (Bᵀ d B)] G, summed over tiles.
/// Rows and columns take the same one-dimensional transform. Where a stage would keep more values than a machine has registers, it is
/// cut in two halves that share nothing but their loads. Lanes are neighbouring channels and never meet, so every width gives the same bits.
/// </remarks>
internal static unsafe class WinogradTransform
{
    /// <summary>Points of the transformed domain: a 6×6 tile.</summary>
    public const int Points = 36;

    /// <summary>Side of an input tile.</summary>
    public const int InSide = 6;

    /// <summary>Pixels of an output tile.</summary>
    public const int OutPoints = 16;

    /// <summary>Side of an output tile.</summary>
    public const int OutSide = 4;

    /// <summary>v[point] = (Bᵀ d B)[point] for channels of one tile.</summary>
    /// <param name="window">36 addresses of the pixels of d, row by row, already at the first channel.</param>
    /// <param name="channels">A multiple of the lanes.</param>
    /// <param name="v">Where point 0 goes.</param>
    /// <param name="step">Floats between points.</param>
    public static void Input<T>(float** window, int channels, float* v, nint step)
        where T : struct, ILanes<T>
    {
        // Two methods: the compiler stops inlining in one that holds both.
        InputLeft<T>(window, channels, v, step);
        InputRight<T>(window, channels, v + (3 * step), step);
    }

    /// <summary>z[point] = (A ∂Y Aᵀ)[point] for channels of one tile.</summary>
    /// <param name="window">16 addresses of the pixels of ∂Y, row by row, already at the first channel.</param>
    /// <param name="channels">A multiple of the lanes.</param>
    /// <param name="z">Where point 0 goes.</param>
    /// <param name="step">Floats between points.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputAdjoint<T>(float** window, int channels, float* z, nint step)
        where T : struct, ILanes<T>
    {
        for (nint c = 0; c < channels; c += T.Count)
        {
            AdjointHead<T>(window, c, out var a0, out var b0, out var c0);
            AdjointHead<T>(window + 4, c, out var a1, out var b1, out var c1);
            AdjointHead<T>(window + 8, c, out var a2, out var b2, out var c2);
            AdjointHead<T>(window + 12, c, out var a3, out var b3, out var c3);
            AdjointColumn(a0, a1, a2, a3, z + c, step * 6);
            AdjointColumn(b0, b1, b2, b3, z + c + step, step * 6);
            AdjointColumn(c0, c1, c2, c3, z + c + (2 * step), step * 6);

            AdjointTail<T>(window, c, out a0, out b0, out c0);
            AdjointTail<T>(window + 4, c, out a1, out b1, out c1);
            AdjointTail<T>(window + 8, c, out a2, out b2, out c2);
            AdjointTail<T>(window + 12, c, out a3, out b3, out c3);
            AdjointColumn(a0, a1, a2, a3, z + c + (3 * step), step * 6);
            AdjointColumn(b0, b1, b2, b3, z + c + (4 * step), step * 6);
            AdjointColumn(c0, c1, c2, c3, z + c + (5 * step), step * 6);
        }
    }

    /// <summary>u[point] = (G g Gᵀ)[point] for one bundle of output channels.</summary>
    /// <param name="g">Tap 0, and the floats between taps; negative steps walk the taps backwards.</param>
    /// <param name="tapStep">Floats between taps.</param>
    /// <param name="u">Where point 0 goes.</param>
    /// <param name="step">Floats between points.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<T>(float* g, nint tapStep, float* u, nint step)
        where T : struct, ILanes<T>
    {
        WeightsColumn<T>(g, 3 * tapStep, out var a0, out var a1, out var a2, out var a3, out var a4, out var a5);
        WeightsColumn<T>(g + tapStep, 3 * tapStep, out var b0, out var b1, out var b2, out var b3, out var b4, out var b5);
        WeightsColumn<T>(g + (2 * tapStep), 3 * tapStep, out var c0, out var c1, out var c2, out var c3, out var c4, out var c5);
        WeightsRow(a0, b0, c0, u, step);
        WeightsRow(a1, b1, c1, u + (6 * step), step);
        WeightsRow(a2, b2, c2, u + (12 * step), step);
        WeightsRow(a3, b3, c3, u + (18 * step), step);
        WeightsRow(a4, b4, c4, u + (24 * step), step);
        WeightsRow(a5, b5, c5, u + (30 * step), step);
    }

    /// <summary>dg[tap] = (Gᵀ s G)[tap] for one bundle of output channels.</summary>
    /// <param name="s">36 points.</param>
    /// <param name="step">Floats between points.</param>
    /// <param name="dg">Tap 0.</param>
    /// <param name="tapStep">Floats between taps.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightsAdjoint<T>(float* s, nint step, float* dg, nint tapStep)
        where T : struct, ILanes<T>
    {
        Three(
            T.Load(s), T.Load(s + (6 * step)), T.Load(s + (12 * step)), T.Load(s + (18 * step)), T.Load(s + (24 * step)), T.Load(s + (30 * step)),
            out var a0, out var b0, out var c0);
        s += step;
        Three(
            T.Load(s), T.Load(s + (6 * step)), T.Load(s + (12 * step)), T.Load(s + (18 * step)), T.Load(s + (24 * step)), T.Load(s + (30 * step)),
            out var a1, out var b1, out var c1);
        s += step;
        Three(
            T.Load(s), T.Load(s + (6 * step)), T.Load(s + (12 * step)), T.Load(s + (18 * step)), T.Load(s + (24 * step)), T.Load(s + (30 * step)),
            out var a2, out var b2, out var c2);
        s += step;
        Three(
            T.Load(s), T.Load(s + (6 * step)), T.Load(s + (12 * step)), T.Load(s + (18 * step)), T.Load(s + (24 * step)), T.Load(s + (30 * step)),
            out var a3, out var b3, out var c3);
        s += step;
        Three(
            T.Load(s), T.Load(s + (6 * step)), T.Load(s + (12 * step)), T.Load(s + (18 * step)), T.Load(s + (24 * step)), T.Load(s + (30 * step)),
            out var a4, out var b4, out var c4);
        s += step;
        Three(
            T.Load(s), T.Load(s + (6 * step)), T.Load(s + (12 * step)), T.Load(s + (18 * step)), T.Load(s + (24 * step)), T.Load(s + (30 * step)),
            out var a5, out var b5, out var c5);
        StoreThree(a0, a1, a2, a3, a4, a5, dg, tapStep);
        StoreThree(b0, b1, b2, b3, b4, b5, dg + (3 * tapStep), tapStep);
        StoreThree(c0, c1, c2, c3, c4, c5, dg + (6 * tapStep), tapStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputLeft<T>(float** window, int channels, float* v, nint step)
        where T : struct, ILanes<T>
    {
        for (nint c = 0; c < channels; c += T.Count)
        {
            InputHead<T>(window, c, out var a0, out var b0, out var c0);
            InputHead<T>(window + 6, c, out var a1, out var b1, out var c1);
            InputHead<T>(window + 12, c, out var a2, out var b2, out var c2);
            InputHead<T>(window + 18, c, out var a3, out var b3, out var c3);
            InputHead<T>(window + 24, c, out var a4, out var b4, out var c4);
            InputHead<T>(window + 30, c, out var a5, out var b5, out var c5);
            InputColumn(a0, a1, a2, a3, a4, a5, v + c, step * 6);
            InputColumn(b0, b1, b2, b3, b4, b5, v + c + step, step * 6);
            InputColumn(c0, c1, c2, c3, c4, c5, v + c + (2 * step), step * 6);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputRight<T>(float** window, int channels, float* v, nint step)
        where T : struct, ILanes<T>
    {
        for (nint c = 0; c < channels; c += T.Count)
        {
            InputTail<T>(window, c, out var a0, out var b0, out var c0);
            InputTail<T>(window + 6, c, out var a1, out var b1, out var c1);
            InputTail<T>(window + 12, c, out var a2, out var b2, out var c2);
            InputTail<T>(window + 18, c, out var a3, out var b3, out var c3);
            InputTail<T>(window + 24, c, out var a4, out var b4, out var c4);
            InputTail<T>(window + 30, c, out var a5, out var b5, out var c5);
            InputColumn(a0, a1, a2, a3, a4, a5, v + c, step * 6);
            InputColumn(b0, b1, b2, b3, b4, b5, v + c + step, step * 6);
            InputColumn(c0, c1, c2, c3, c4, c5, v + c + (2 * step), step * 6);
        }
    }

    // Rows 0, 1, 2 of Bᵀ.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputHead<T>(float** pixel, nint c, out T t0, out T t1, out T t2)
        where T : struct, ILanes<T>
    {
        var d2 = T.Load(pixel[2] + c);
        var d4 = T.Load(pixel[4] + c);
        var even = T.Fma(T.Of(-4), d2, d4);
        var odd = T.Fma(T.Of(-4), T.Load(pixel[1] + c), T.Load(pixel[3] + c));
        t0 = T.Fma(T.Of(4), T.Load(pixel[0] + c), T.Fma(T.Of(-5), d2, d4));
        t1 = even + odd;
        t2 = even - odd;
    }

    // Rows 3, 4, 5.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputTail<T>(float** pixel, nint c, out T t3, out T t4, out T t5)
        where T : struct, ILanes<T>
    {
        var d1 = T.Load(pixel[1] + c);
        var d3 = T.Load(pixel[3] + c);
        var even = T.Load(pixel[4] + c) - T.Load(pixel[2] + c);
        var odd = d3 - d1;
        t3 = T.Fma(T.Of(2), odd, even);
        t4 = T.Fma(T.Of(-2), odd, even);
        t5 = T.Fma(T.Of(4), d1, T.Fma(T.Of(-5), d3, T.Load(pixel[5] + c)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputColumn<T>(T d0, T d1, T d2, T d3, T d4, T d5, float* v, nint step)
        where T : struct, ILanes<T>
    {
        T.Fma(T.Of(4), d0, T.Fma(T.Of(-5), d2, d4)).Store(v);
        var even = T.Fma(T.Of(-4), d2, d4);
        var odd = T.Fma(T.Of(-4), d1, d3);
        (even + odd).Store(v + step);
        (even - odd).Store(v + (2 * step));
        even = d4 - d2;
        odd = d3 - d1;
        T.Fma(T.Of(2), odd, even).Store(v + (3 * step));
        T.Fma(T.Of(-2), odd, even).Store(v + (4 * step));
        T.Fma(T.Of(4), d1, T.Fma(T.Of(-5), d3, d5)).Store(v + (5 * step));
    }

    /// <summary>Aᵀ along one line of six products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T>(T m0, T m1, T m2, T m3, T m4, T m5, out T y0, out T y1, out T y2, out T y3)
        where T : struct, ILanes<T>
    {
        var near = m1 + m2;
        var far = m3 + m4;
        var nearOdd = m1 - m2;
        var farOdd = m3 - m4;
        y0 = m0 + near + far;
        y1 = T.Fma(T.Of(2), farOdd, nearOdd);
        y2 = T.Fma(T.Of(4), far, near);
        y3 = T.Fma(T.Of(8), farOdd, nearOdd) + m5;
    }

    // Rows 0, 1, 2 of A.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdjointHead<T>(float** pixel, nint c, out T z0, out T z1, out T z2)
        where T : struct, ILanes<T>
    {
        z0 = T.Load(pixel[0] + c);
        var even = z0 + T.Load(pixel[2] + c);
        var odd = T.Load(pixel[1] + c) + T.Load(pixel[3] + c);
        z1 = even + odd;
        z2 = even - odd;
    }

    // Rows 3, 4, 5.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdjointTail<T>(float** pixel, nint c, out T z3, out T z4, out T z5)
        where T : struct, ILanes<T>
    {
        z5 = T.Load(pixel[3] + c);
        var even = T.Fma(T.Of(4), T.Load(pixel[2] + c), T.Load(pixel[0] + c));
        var odd = T.Fma(T.Of(4), z5, T.Load(pixel[1] + c));
        z3 = T.Fma(T.Of(2), odd, even);
        z4 = T.Fma(T.Of(-2), odd, even);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdjointColumn<T>(T y0, T y1, T y2, T y3, float* z, nint step)
        where T : struct, ILanes<T>
    {
        y0.Store(z);
        var even = y0 + y2;
        var odd = y1 + y3;
        (even + odd).Store(z + step);
        (even - odd).Store(z + (2 * step));
        even = T.Fma(T.Of(4), y2, y0);
        odd = T.Fma(T.Of(4), y3, y1);
        T.Fma(T.Of(2), odd, even).Store(z + (3 * step));
        T.Fma(T.Of(-2), odd, even).Store(z + (4 * step));
        y3.Store(z + (5 * step));
    }

    // G.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightsColumn<T>(float* g, nint rowStep, out T u0, out T u1, out T u2, out T u3, out T u4, out T u5)
        where T : struct, ILanes<T> => Six(T.Load(g), T.Load(g + rowStep), T.Load(g + (2 * rowStep)), out u0, out u1, out u2, out u3, out u4, out u5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightsRow<T>(T g0, T g1, T g2, float* u, nint step)
        where T : struct, ILanes<T>
    {
        Six(g0, g1, g2, out var u0, out var u1, out var u2, out var u3, out var u4, out var u5);
        u0.Store(u);
        u1.Store(u + step);
        u2.Store(u + (2 * step));
        u3.Store(u + (3 * step));
        u4.Store(u + (4 * step));
        u5.Store(u + (5 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six<T>(T g0, T g1, T g2, out T u0, out T u1, out T u2, out T u3, out T u4, out T u5)
        where T : struct, ILanes<T>
    {
        u0 = g0 * T.Of(0.25f);
        var even = (g0 + g2) * T.Of(-1f / 6);
        u1 = T.Fma(T.Of(-1f / 6), g1, even);
        u2 = T.Fma(T.Of(1f / 6), g1, even);
        even = T.Fma(T.Of(4), g2, g0) * T.Of(1f / 24);
        u3 = T.Fma(T.Of(1f / 12), g1, even);
        u4 = T.Fma(T.Of(-1f / 12), g1, even);
        u5 = g2;
    }

    // Gᵀ.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Three<T>(T s0, T s1, T s2, T s3, T s4, T s5, out T g0, out T g1, out T g2)
        where T : struct, ILanes<T>
    {
        var near = (s1 + s2) * T.Of(-1f / 6);
        var far = s3 + s4;
        g0 = T.Fma(T.Of(0.25f), s0, T.Fma(T.Of(1f / 24), far, near));
        g1 = T.Fma(T.Of(1f / 6), s2 - s1, (s3 - s4) * T.Of(1f / 12));
        g2 = T.Fma(T.Of(1f / 6), far, near) + s5;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreThree<T>(T s0, T s1, T s2, T s3, T s4, T s5, float* g, nint step)
        where T : struct, ILanes<T>
    {
        Three(s0, s1, s2, s3, s4, s5, out var g0, out var g1, out var g2);
        g0.Store(g);
        g1.Store(g + step);
        g2.Store(g + (2 * step));
    }
}
