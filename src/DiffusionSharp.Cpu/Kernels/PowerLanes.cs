using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Fast powers: 2ˣ and what follows from it, with the constants held in registers across a loop.</summary>
/// <remarks>
/// Made before a loop and used in it. <see cref="LaneMath"/>'s constants are known to the compiler, which then reads each from memory at
/// every use: eleven loads in a power of two, more than its arithmetic. These come from memory that the compiler does not know,
/// so it must keep them: a quarter less time, measured.
/// </remarks>
internal readonly unsafe struct PowerLanes<T>
    where T : struct, ILanes<T>
{
    private readonly T c1, c2, c3, c4, c5, c6, one, least, bias, low, high, minusLog2E;

    /// <summary>Reads the constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PowerLanes()
    {
        var table = PowerTable.Constants;
        c1 = T.Of(table[0]);
        c2 = T.Of(table[1]);
        c3 = T.Of(table[2]);
        c4 = T.Of(table[3]);
        c5 = T.Of(table[4]);
        c6 = T.Of(table[5]);
        one = T.Of(table[6]);
        least = T.Of(table[7]);
        bias = T.Of(table[8]);
        low = T.Of(table[9]);
        high = T.Of(table[10]);
        minusLog2E = T.Of(table[11]);
    }

    /// <summary>2ˣ for x ≤ 0; 0 where the result is no normal float. Exactly 1 at 0, relative error below 2e−7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T OfNegative(T x)
    {
        x = T.Larger(least, x);
        var biased = x + bias;
        return Power(x - (biased - bias), biased);
    }

    /// <summary>1 + e⁻ˣ: what x is divided by in SiLU. ∞ where e⁻ˣ is no float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T OnePlusExpOfMinus(T x)
    {
        // The bounds keep n within −127 and 128.
        x = T.Smaller(high, T.Larger(low, x));
        var biased = T.Fma(x, minusLog2E, bias);
        return one + Power(T.Fma(x, minusLog2E, bias - biased), biased);
    }

    /// <summary>The derivative of x · σ(x): σ(1 + x(1 − σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T SiluSlope(T x)
    {
        var s = one / OnePlusExpOfMinus(x);
        return s * T.Fma(x, one - s, one);
    }

    /// <summary>2ᶠ · 2ⁿ for |f| ≤ ½.</summary>
    /// <remarks>
    /// Adding 1.5·2²³ has rounded to the integer n and left it in the lowest bits, ready to be an exponent; 2ᶠ by a polynomial
    /// of degree 6 that is 1 at 0 and otherwise nearest in relative error (ours, by Lawson's iteration).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Power(T f, T biased)
    {
        var p = T.Fma(c6, f, c5);
        p = T.Fma(p, f, c4);
        p = T.Fma(p, f, c3);
        p = T.Fma(p, f, c2);
        p = T.Fma(p, f, c1);
        p = T.Fma(p, f, one);
        return p * T.BiasedPowerOfTwo(biased);
    }
}

/// <summary>The constants of <see cref="PowerLanes{T}"/>, in memory.</summary>
internal static unsafe class PowerTable
{
    private static readonly AlignedBuffer Memory = Fill();

    /// <summary>The polynomial from its first power on, 1, the least n, the bias, the bounds of e⁻ˣ and −log₂ e.</summary>
    public static readonly float* Constants = Scratch.Address(Memory.Span);

    private static AlignedBuffer Fill()
    {
        var memory = new AlignedBuffer(16);
        float[] values =
        [
            0.693147182f, 0.240226477f, 0.0555033237f, 0.00961843692f, 0.00133988762f, 0.000153533649f,
            1, -127, 12583039, -88.8f, 88.1f, -LaneMath.Log2E,
        ];
        values.CopyTo(memory.Span);
        return memory;
    }
}
