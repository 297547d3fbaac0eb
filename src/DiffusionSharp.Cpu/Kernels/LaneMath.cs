using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The functions that networks need, on bundles of floats; relative error a few units of the last place.</summary>
/// <remarks>
/// Our own rather than the library's for three reasons, measured: e⁰ must be exactly 1 and tanh 0 exactly 0; an element's bits must not
/// depend on where a block ends; and sigmoid and tanh there cost several times more.
/// </remarks>
internal static class LaneMath
{
    /// <summary>What turns log₂ into ln: eˣ = 2^(x · Log2E).</summary>
    public const float Log2E = 1.44269504f;

    // ln 2 in two parts: n · Ln2High is exact for |n| < 2¹⁰, since its last ten bits are zero.
    private const float Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    /// <summary>eˣ; 0 and ∞ past the ends of float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, ILanes<T>
    {
        var p = Reduced(Bound(x), out var n);

        // 2ⁿ in two factors, since n reaches from −150 to 128 and each factor must be a normal float.
        var half = T.Round(n * T.Of(0.5f));
        return (p + T.Of(1)) * T.PowerOfTwo(half) * T.PowerOfTwo(n - half);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : struct, ILanes<T> => T.Of(1) / (T.Of(1) + Exp(-x));

    /// <summary>x · σ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Silu<T>(T x)
        where T : struct, ILanes<T> => x * Sigmoid(x);

    /// <summary>The derivative of x · σ(x): σ(1 + x(1 − σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SiluSlope<T>(T x)
        where T : struct, ILanes<T>
    {
        var s = Sigmoid(x);
        return s * T.Fma(x, T.Of(1) - s, T.Of(1));
    }

    /// <summary>tanh x = −m / (2 + m) with m = e^(−2|x|) − 1, and the sign of x: exact to the last places near 0 too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, ILanes<T>
    {
        // Past 20 the result is 1 in float32; the bound keeps 2ⁿ a normal float.
        var y = T.Abs(x);
        y = T.WhereGreater(y, T.Of(20), T.Of(20), y) * T.Of(-2);
        var p = Reduced(y, out var n);
        var scale = T.PowerOfTwo(n);
        var m = T.Fma(p, scale, scale - T.Of(1));
        return T.CopySign(-m / (T.Of(2) + m), x);
    }

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : struct, ILanes<T>
    {
        // Subnormal values are lifted by 2²⁴ first.
        var tiny = T.Of(1.17549435e-38f);
        var lift = T.WhereGreater(tiny, x, T.Of(16777216), T.Of(1));
        var lifted = T.WhereGreater(tiny, x, T.Of(24), T.Of(0));
        var m = T.Decompose(x * lift, out var e);
        e -= lifted;
        var s = (m - T.Of(1)) / (m + T.Of(1));
        var result = T.Fma(e, T.Of(Ln2High), T.Fma(e, T.Of(Ln2Low), InverseTanhTwice(s)));
        result = T.WhereGreater(T.Of(float.PositiveInfinity), x, result, x);
        return T.WhereGreater(x, T.Of(0), result, T.WhereEqual(x, T.Of(0), T.Of(float.NegativeInfinity), T.Of(float.NaN)));
    }

    /// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T x)
        where T : struct, ILanes<T>
    {
        var u = Exp(-T.Abs(x));
        return T.Max(x, T.Of(0)) + InverseTanhTwice(u / (T.Of(2) + u));
    }

    /// <summary>The error function 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    /// <remarks>
    /// Up to |x| = 1 the Maclaurin series 2/√π Σ (−1)ᵏ x²ᵏ⁺¹ / (k! (2k + 1)), k ≤ 10, remainder below 2e−9; beyond it
    /// Abramowitz and Stegun 1964, equation 7.1.26, absolute error below 1.5e−7.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : struct, ILanes<T>
    {
        var y = T.Abs(x);
        var square = x * x;
        var series = T.Of(1.1283791671f / (3628800 * 21f));
        series = T.Fma(series, square, T.Of(-1.1283791671f / (362880 * 19f)));
        series = T.Fma(series, square, T.Of(1.1283791671f / (40320 * 17f)));
        series = T.Fma(series, square, T.Of(-1.1283791671f / (5040 * 15f)));
        series = T.Fma(series, square, T.Of(1.1283791671f / (720 * 13f)));
        series = T.Fma(series, square, T.Of(-1.1283791671f / (120 * 11f)));
        series = T.Fma(series, square, T.Of(1.1283791671f / (24 * 9f)));
        series = T.Fma(series, square, T.Of(-1.1283791671f / (6 * 7f)));
        series = T.Fma(series, square, T.Of(1.1283791671f / (2 * 5f)));
        series = T.Fma(series, square, T.Of(-1.1283791671f / 3f));
        series = T.Fma(series, square, T.Of(1.1283791671f)) * x;

        var t = T.Of(1) / T.Fma(T.Of(0.3275911f), y, T.Of(1));
        var tail = T.Of(1.061405429f);
        tail = T.Fma(tail, t, T.Of(-1.453152027f));
        tail = T.Fma(tail, t, T.Of(1.421413741f));
        tail = T.Fma(tail, t, T.Of(-0.284496736f));
        tail = T.Fma(tail, t, T.Of(0.254829592f)) * t;
        var far = T.CopySign(T.Of(1) - (tail * Exp(-square)), x);
        return T.WhereGreater(y, T.Of(1), far, series);
    }

    /// <summary>sin(x + k π/2) for |x| ≤ 10⁵: k = 0 is the sine, 1 the cosine.</summary>
    /// <remarks>
    /// r = x − n π/2 ∈ ±π/4 with π/2 in three floats (Cody and Waite 1980), then the Maclaurin series of sine or cosine;
    /// n mod 4 says which and with what sign.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sine<T>(T x, float k)
        where T : struct, ILanes<T>
    {
        var n = T.Round(x * T.Of(0.636619772f));
        var r = T.Fma(n, T.Of(-1.57079637f), x);
        r = T.Fma(n, T.Of(4.37113883e-8f), r);
        r = T.Fma(n, T.Of(1.71512451e-15f), r);
        var square = r * r;
        var sine = T.Of(1f / 362880);
        sine = T.Fma(sine, square, T.Of(-1f / 5040));
        sine = T.Fma(sine, square, T.Of(1f / 120));
        sine = T.Fma(sine, square, T.Of(-1f / 6));
        sine = T.Fma(sine * square, r, r);
        var cosine = T.Of(-1f / 3628800);
        cosine = T.Fma(cosine, square, T.Of(1f / 40320));
        cosine = T.Fma(cosine, square, T.Of(-1f / 720));
        cosine = T.Fma(cosine, square, T.Of(1f / 24));
        cosine = T.Fma(cosine, square, T.Of(-0.5f));
        cosine = T.Fma(cosine, square, T.Of(1));

        // Quarters 0 to 3 by floor, which is rounding 3/8 lower since quarters are all that n/4 can have.
        var m = n + T.Of(k);
        var quarter = T.Fma(T.Round((m * T.Of(0.25f)) - T.Of(0.375f)), T.Of(-4), m);
        var odd = T.WhereEqual(quarter, T.Of(1), cosine, T.WhereEqual(quarter, T.Of(3), -cosine, sine));
        return T.WhereEqual(quarter, T.Of(2), -sine, odd);
    }

    // The smallest result is half the least subnormal at −104; ∞ begins at 88.73. A NaN compares false and passes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Bound<T>(T x)
        where T : struct, ILanes<T>
    {
        x = T.WhereGreater(T.Of(-104), x, T.Of(-104), x);
        return T.WhereGreater(x, T.Of(89), T.Of(89), x);
    }

    // eʳ − 1 with r = x − n ln 2 ∈ ±½ ln 2, by the exponential series to r⁷; the remainder r⁸/8! stays below 6e−9.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Reduced<T>(T x, out T n)
        where T : struct, ILanes<T>
    {
        n = T.Round(x * T.Of(Log2E));
        var r = T.Fma(n, T.Of(-Ln2High), x);
        r = T.Fma(n, T.Of(-Ln2Low), r);
        var p = T.Of(1f / 5040);
        p = T.Fma(p, r, T.Of(1f / 720));
        p = T.Fma(p, r, T.Of(1f / 120));
        p = T.Fma(p, r, T.Of(1f / 24));
        p = T.Fma(p, r, T.Of(1f / 6));
        p = T.Fma(p, r, T.Of(0.5f));
        return T.Fma(p * r, r, r);
    }

    // ln((1 + s)/(1 − s)) = 2 Σ s²ᵏ⁺¹/(2k + 1) for |s| ≤ 1/3, to s¹⁵.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T InverseTanhTwice<T>(T s)
        where T : struct, ILanes<T>
    {
        var square = s * s;
        var p = T.Of(2f / 15);
        p = T.Fma(p, square, T.Of(2f / 13));
        p = T.Fma(p, square, T.Of(2f / 11));
        p = T.Fma(p, square, T.Of(2f / 9));
        p = T.Fma(p, square, T.Of(2f / 7));
        p = T.Fma(p, square, T.Of(2f / 5));
        p = T.Fma(p, square, T.Of(2f / 3));
        return T.Fma(p * square, s, s + s);
    }
}
