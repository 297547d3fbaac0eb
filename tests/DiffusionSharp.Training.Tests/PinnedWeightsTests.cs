using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

/// <summary>The bytes of short runs of three recipes, recorded before the front door was built: rebuilding must not change what is trained.</summary>
/// <remarks>Sums are rounded by the width of the vectors, so each width has its bytes; the number of threads has none.</remarks>
public sealed class PinnedWeightsTests
{
    [Theory]
    [InlineData("quickstart", "digits", 6)]
    [InlineData("points", "moons", 40)]
    [InlineData("mnist-iddpm", "digits", 3)]
    public void A_short_run_ends_with_the_recorded_bytes(string preset, string data, int steps)
    {
        var source = DataSource.Open(data);
        var config = Presets.Find(preset).Build(data, source.SampleShape).WithSteps(steps) with { Seed = 5 };
        using var parallelism = new Parallelism(2);
        var loop = new TrainingLoop(config.Validated(), source, Machine.On(parallelism));
        for (var step = 0; step < steps; step++) loop.Step(step);
        Assert.Equal(Recorded(preset), Fingerprint(loop.Weights, loop.Average));
    }

    private static string Recorded(string preset) => (preset, Width: Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128) switch
    {
        ("quickstart", 512) => "B8B91FA9E6F6B46C7289CC5EA05D1E71",
        ("quickstart", 256) => "10A5A16CA1BA220194B41775E6E248D8",
        ("quickstart", _) => "53062A8E9E2EB4BB8F6DE0AEC56F21C9",
        ("points", 512) => "402644A38F94CDC5F41E6FFF99EB816A",
        ("points", 256) => "415A175F71F065D1C6D323C2E252AFB5",
        ("points", _) => "31DA9A330744E205D10AA5B4CC4F00AF",
        ("mnist-iddpm", 512) => "B25A1BBCE693E1469AE154AA970C3E88",
        ("mnist-iddpm", 256) => "360B9D70D897AE2767FC6E1F9F063BF2",
        ("mnist-iddpm", _) => "55CDDAAF47E38B866DF94FD355E01D08",
        _ => throw new ArgumentOutOfRangeException(nameof(preset)),
    };

    private static string Fingerprint(params ParameterBuffer[] buffers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var buffer in buffers)
            foreach (var (_, value) in buffer.Export()) hash.AppendData(MemoryMarshal.AsBytes(value.Values));
        return Convert.ToHexString(hash.GetHashAndReset())[..32];
    }
}
