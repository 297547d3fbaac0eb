namespace DiffusionSharp.Cpu.Kernels;

/// <summary>A bundle of floats that one instruction works on: 16 with AVX-512, 8 with AVX2, 1 everywhere.</summary>
/// <remarks>
/// Kernels are written once over this interface and compiled once per width. Every operation below rounds the same way
/// at every width (fused multiply-add included), so an element gets the same bits whether it falls in a full bundle,
/// is left over at the end of a row, or runs on a machine without vectors. Only sums depend on the width.
/// </remarks>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>How many floats.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Of(float value);

    /// <summary>Reads <see cref="Count"/> floats; no alignment asked.</summary>
    static abstract TSelf Load(float* address);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    void Store(float* address);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Abs(TSelf a);

    /// <summary>The larger; NaN if either is, +0 above −0.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller; NaN if either is, −0 below +0.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger; b where a is NaN or both are zero. One instruction, where <see cref="Max"/> takes several.</summary>
    static abstract TSelf Larger(TSelf a, TSelf b);

    /// <summary>The smaller; b where a is NaN or both are zero.</summary>
    static abstract TSelf Smaller(TSelf a, TSelf b);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>Lane by lane: a &gt; b ? yes : no; a NaN takes no.</summary>
    static abstract TSelf WhereGreater(TSelf a, TSelf b, TSelf yes, TSelf no);

    /// <summary>Lane by lane: a = b ? yes : no; a NaN takes no.</summary>
    static abstract TSelf WhereEqual(TSelf a, TSelf b, TSelf yes, TSelf no);

    /// <summary>The magnitude of one with the sign of the other.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>2ⁿ for integral n ∈ [−126, 127].</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>2ⁿ from n + 1.5·2²³ + 127, in whose lowest bits n + 127 stands: 0 for n = −127, ∞ for n = 128.</summary>
    static abstract TSelf BiasedPowerOfTwo(TSelf biased);

    /// <summary>x = mantissa · 2^exponent with mantissa ∈ [√½, √2), for positive normal x.</summary>
    static abstract TSelf Decompose(TSelf x, out TSelf exponent);

    /// <summary>The sum of the lanes.</summary>
    static abstract float Sum(TSelf a);

    /// <summary>The largest lane; NaN if any is.</summary>
    static abstract float Largest(TSelf a);
}
