using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

/// <summary>Random inputs, and comparison by the largest difference, saying where.</summary>
internal static class Compare
{
    public static float[] Normals(int length, ulong seed, double scale = 1, double mean = 0)
    {
        var values = new float[length];
        new Rng(seed).FillNormal(values);
        for (var i = 0; i < length; i++) values[i] = (float)((values[i] * scale) + mean);
        return values;
    }

    /// <summary>|actual − expected| ≤ tolerance · max(1, largest |expected|) everywhere.</summary>
    public static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 1.0;
        foreach (var e in expected) largest = Math.Max(largest, Math.Abs(e));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(actual[i] - expected[i]) <= tolerance * largest, $"{what} at {i}: {actual[i]}, expected {expected[i]}, largest {largest}.");
    }

    /// <summary>The same bytes from 1, 2 and 3 threads.</summary>
    public static float[] SameForAllThreads(Func<Parallelism, float[]> compute)
    {
        var one = compute(Parallelism.Single);
        foreach (var threads in (int[])[2, 3])
        {
            using var p = new Parallelism(threads);
            var other = compute(p);
            Assert.Equal(one.Length, other.Length);
            for (var i = 0; i < one.Length; i++)
                Assert.True(BitConverter.SingleToInt32Bits(one[i]) == BitConverter.SingleToInt32Bits(other[i]), $"{threads} threads differ from one at {i}: {other[i]} and {one[i]}.");
        }

        return one;
    }
}
