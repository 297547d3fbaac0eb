using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Sixteen floats in one 512-bit register.</summary>
internal readonly unsafe struct TileLanes16 : IMultiplyAdd<Vector512<float>>
{
    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* address) => Vector512.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* address, Vector512<float> value) => value.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddTo(float* address, Vector512<float> value) => value + Vector512.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);
}

/// <summary>Eight floats in one 256-bit register.</summary>
internal readonly unsafe struct TileLanes8 : IMultiplyAdd<Vector256<float>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* address) => Vector256.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* address, Vector256<float> value) => value.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddTo(float* address, Vector256<float> value) => value + Vector256.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.MultiplyAddEstimate(a, b, c);
}

/// <summary>Four floats side by side where there are no vectors: running sums enough to hide each other's latency.</summary>
internal readonly unsafe struct TileLanes4 : IMultiplyAdd<TileLanes4.Four>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Of(float value) => new(value, value, value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Load(float* address) => new(address[0], address[1], address[2], address[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* address, Four value) => (address[0], address[1], address[2], address[3]) = (value.X, value.Y, value.Z, value.W);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four AddTo(float* address, Four value) => new(value.X + address[0], value.Y + address[1], value.Z + address[2], value.W + address[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four MultiplyAdd(Four a, Four b, Four c) => new((a.X * b.X) + c.X, (a.Y * b.Y) + c.Y, (a.Z * b.Z) + c.Z, (a.W * b.W) + c.W);

    /// <summary>The floats.</summary>
    internal readonly struct Four(float x, float y, float z, float w)
    {
        public readonly float X = x;
        public readonly float Y = y;
        public readonly float Z = z;
        public readonly float W = w;
    }
}
