using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>One float: what is left over at the end of a row, and every element where there are no vectors.</summary>
internal readonly unsafe struct Lanes1(float value) : ILanes<Lanes1>
{
    private const int RootHalf = 0x3F3504F3;

    private readonly float value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Of(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Load(float* address) => new(*address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* address) => *address = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator +(Lanes1 a, Lanes1 b) => new(a.value + b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator -(Lanes1 a, Lanes1 b) => new(a.value - b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator *(Lanes1 a, Lanes1 b) => new(a.value * b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator /(Lanes1 a, Lanes1 b) => new(a.value / b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator -(Lanes1 a) => new(-a.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Fma(Lanes1 a, Lanes1 b, Lanes1 c) => new(MathF.FusedMultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Sqrt(Lanes1 a) => new(MathF.Sqrt(a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Abs(Lanes1 a) => new(MathF.Abs(a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Max(Lanes1 a, Lanes1 b) => new(MathF.Max(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Min(Lanes1 a, Lanes1 b) => new(MathF.Min(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Larger(Lanes1 a, Lanes1 b) => a.value > b.value ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Smaller(Lanes1 a, Lanes1 b) => a.value < b.value ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Round(Lanes1 a) => new(MathF.Round(a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 WhereGreater(Lanes1 a, Lanes1 b, Lanes1 yes, Lanes1 no) => a.value > b.value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 WhereEqual(Lanes1 a, Lanes1 b, Lanes1 yes, Lanes1 no) => a.value == b.value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 CopySign(Lanes1 magnitude, Lanes1 sign) => new(MathF.CopySign(magnitude.value, sign.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 PowerOfTwo(Lanes1 n) => new(BitConverter.Int32BitsToSingle(((int)n.value + 127) << 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 BiasedPowerOfTwo(Lanes1 biased) => new(BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(biased.value) << 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Decompose(Lanes1 x, out Lanes1 exponent)
    {
        var bits = BitConverter.SingleToInt32Bits(x.value);
        var e = (bits - RootHalf) >> 23;
        exponent = new(e);
        return new(BitConverter.Int32BitsToSingle(bits - (e << 23)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes1 a) => a.value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes1 a) => a.value;
}
