using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu;

/// <summary>A loop of nothing but independent multiply-adds: timed, it gives the floating-point peak that kernels are measured against.</summary>
public static class MachinePeak
{
    private const int Accumulators = 12;

    /// <summary>Name and width of the vectors the kernels use on this machine.</summary>
    public static string Vectors =>
        Vector512.IsHardwareAccelerated ? "512-bit" : Vector256.IsHardwareAccelerated ? "256-bit" : "scalar";

    /// <summary>Runs the loop on the calling thread.</summary>
    /// <param name="rounds">Rounds of 12 vector multiply-adds; below 2³¹.</param>
    /// <param name="checksum">A value that depends on every operation, so that none can be left out.</param>
    /// <returns>Floating-point operations done: 2 for each multiply-add of each lane.</returns>
    public static double Run(int rounds, out float checksum)
    {
        if (Vector512.IsHardwareAccelerated) checksum = Vector512.Sum(Loop512(rounds));
        else if (Vector256.IsHardwareAccelerated) checksum = Vector256.Sum(Loop256(rounds));
        else checksum = LoopScalar(rounds);
        var lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 1;
        return 2.0 * Accumulators * lanes * rounds;
    }

    // Twelve chains hide the latency of the multiply-add on every machine so far.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Loop512(int rounds)
    {
        Vector512<float> a = Vector512.Create(0.5f), b = Vector512.Create(1f);
        Vector512<float> s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (var i = 0; i < rounds; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, a, b);
            s1 = Vector512.FusedMultiplyAdd(s1, a, b);
            s2 = Vector512.FusedMultiplyAdd(s2, a, b);
            s3 = Vector512.FusedMultiplyAdd(s3, a, b);
            s4 = Vector512.FusedMultiplyAdd(s4, a, b);
            s5 = Vector512.FusedMultiplyAdd(s5, a, b);
            s6 = Vector512.FusedMultiplyAdd(s6, a, b);
            s7 = Vector512.FusedMultiplyAdd(s7, a, b);
            s8 = Vector512.FusedMultiplyAdd(s8, a, b);
            s9 = Vector512.FusedMultiplyAdd(s9, a, b);
            s10 = Vector512.FusedMultiplyAdd(s10, a, b);
            s11 = Vector512.FusedMultiplyAdd(s11, a, b);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<float> Loop256(int rounds)
    {
        Vector256<float> a = Vector256.Create(0.5f), b = Vector256.Create(1f);
        Vector256<float> s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (var i = 0; i < rounds; i++)
        {
            s0 = Vector256.MultiplyAddEstimate(s0, a, b);
            s1 = Vector256.MultiplyAddEstimate(s1, a, b);
            s2 = Vector256.MultiplyAddEstimate(s2, a, b);
            s3 = Vector256.MultiplyAddEstimate(s3, a, b);
            s4 = Vector256.MultiplyAddEstimate(s4, a, b);
            s5 = Vector256.MultiplyAddEstimate(s5, a, b);
            s6 = Vector256.MultiplyAddEstimate(s6, a, b);
            s7 = Vector256.MultiplyAddEstimate(s7, a, b);
            s8 = Vector256.MultiplyAddEstimate(s8, a, b);
            s9 = Vector256.MultiplyAddEstimate(s9, a, b);
            s10 = Vector256.MultiplyAddEstimate(s10, a, b);
            s11 = Vector256.MultiplyAddEstimate(s11, a, b);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LoopScalar(int rounds)
    {
        float a = 0.5f, b = 1f;
        float s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (var i = 0; i < rounds; i++)
        {
            s0 = (s0 * a) + b;
            s1 = (s1 * a) + b;
            s2 = (s2 * a) + b;
            s3 = (s3 * a) + b;
            s4 = (s4 * a) + b;
            s5 = (s5 * a) + b;
            s6 = (s6 * a) + b;
            s7 = (s7 * a) + b;
            s8 = (s8 * a) + b;
            s9 = (s9 * a) + b;
            s10 = (s10 * a) + b;
            s11 = (s11 * a) + b;
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }
}
