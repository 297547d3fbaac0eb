using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

public sealed class SeededNoiseTests
{
    [Fact]
    public void A_samples_noise_depends_on_the_seed_its_number_and_the_draw_alone()
    {
        var whole = new SeededNoise(new Rng(5));
        var part = new SeededNoise(new Rng(5), firstSample: 2);
        Assert.Equal(whole.Draw([6, 3], 4).Slice(2, 3).Values, part.Draw([3, 3], 4).Values);
        Assert.Equal(whole.Initial([6, 3]).Slice(2, 3).Values, part.Initial([3, 3]).Values);
        Assert.Equal(whole.Draw([1, 6], 4).Values, whole.Draw([1, 2, 3], 4).Values);
        Assert.NotEqual(whole.Draw([6, 3], 4).Values.ToArray(), new SeededNoise(new Rng(6)).Draw([6, 3], 4).Values.ToArray());
    }

    [Fact]
    public void Start_draws_and_samples_are_standard_normal_and_independent()
    {
        const int n = 10000;
        var noise = new SeededNoise(new Rng(5));
        double[][] streams = [.. new[] { noise.Initial([n, 2]), noise.Draw([n, 2], 0), noise.Draw([n, 2], 1) }.SelectMany(x => Enumerable.Range(0, 2).Select(i => x.Values.ToArray().Where((_, k) => k % 2 == i).ToArray()))];
        for (var i = 0; i < streams.Length; i++)
        {
            Near.Number(0, streams[i].Average(), 4 / Math.Sqrt(n), $"mean {i}");
            for (var j = 0; j <= i; j++) Near.Number(i == j ? 1 : 0, streams[i].Zip(streams[j], (a, b) => a * b).Average(), 4 * Math.Sqrt((i == j ? 2.0 : 1.0) / n), $"covariance {i} {j}");
        }

        // Neighbouring samples do not share noise either.
        Near.Number(0, streams[0].Zip(streams[0].Skip(1), (a, b) => a * b).Average(), 4 / Math.Sqrt(n), "neighbours");
    }
}
