using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

/// <summary>Operands, guard zones and comparisons of the kernel tests.</summary>
internal static class KernelArrays
{
    public const int Guard = 40;

    public static float[] Normal(int length, int seed)
    {
        var values = new float[length];
        new Rng((ulong)seed).FillNormal(values);
        return values;
    }

    /// <summary>Runs a kernel on an output between two zones of NaN and on a workspace full of NaN; both zones must survive.</summary>
    public static float[] Guarded(int length, int workspaceLength, GuardedBody body, float[]? initial = null)
    {
        var memory = new float[length + (2 * Guard)];
        Array.Fill(memory, float.NaN);
        initial?.CopyTo(memory, Guard);
        var workspace = new float[workspaceLength + (2 * Guard)];
        Array.Fill(workspace, float.NaN);
        body(memory.AsSpan(Guard, length), workspace.AsSpan(Guard, workspaceLength));
        foreach (var zone in new[] { memory[..Guard], memory[^Guard..], workspace[..Guard], workspace[^Guard..] })
            Assert.All(zone, value => Assert.True(float.IsNaN(value), "A guard zone was written."));
        return memory[Guard..^Guard];
    }

    /// <summary>Every result within 1e-6 of the sum of the magnitudes that went into it.</summary>
    public static void AssertClose(double[] expected, double[] magnitude, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(expected[i] - actual[i]);
            if (!(error <= 1e-6 * magnitude[i])) Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R} (magnitude {magnitude[i]:R}).");
        }
    }

    public delegate void GuardedBody(Span<float> output, Span<float> workspace);
}
