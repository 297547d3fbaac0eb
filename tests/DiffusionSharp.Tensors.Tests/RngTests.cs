namespace DiffusionSharp.Tensors.Tests;

public sealed class RngTests
{
    [Fact]
    public void Philox_gives_the_published_known_answers()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Rng.Philox(0, 0, 0, 0, 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Rng.Philox(~0u, ~0u, ~0u, ~0u, ~0u, ~0u));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u), Rng.Philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    [Fact]
    public void Uniforms_have_the_moments_of_the_uniform_and_pass_Kolmogorov_and_Smirnov()
    {
        const int n = 200_000;
        var u = new double[n];
        new Rng(11).FillUniform(u);
        Assert.All(u, value => Assert.InRange(value, 0, 1 - double.Epsilon));

        // Four standard errors: √(1/12n) of the mean, √(1/180n) of the variance.
        Assert.Equal(0.5, u.Average(), 4 * Math.Sqrt(1.0 / 12 / n));
        Assert.Equal(1.0 / 12, u.Average(value => (value - 0.5) * (value - 0.5)), 4 * Math.Sqrt(1.0 / 180 / n));
        Assert.True(KolmogorovSmirnov(u, value => value) < 1.63 / Math.Sqrt(n));
    }

    [Fact]
    public void Normals_have_the_moments_of_the_normal_and_pass_Kolmogorov_and_Smirnov()
    {
        const int n = 200_000;
        var z = new double[n];
        new Rng(12).FillNormal(z);

        // Four standard errors; the variance of zᵏ is E z²ᵏ − (E zᵏ)².
        Assert.Equal(0, z.Average(), 4 * Math.Sqrt(1.0 / n));
        Assert.Equal(1, z.Average(value => value * value), 4 * Math.Sqrt(2.0 / n));
        Assert.Equal(0, z.Average(value => value * value * value), 4 * Math.Sqrt(15.0 / n));
        Assert.Equal(3, z.Average(value => value * value * value * value), 4 * Math.Sqrt(96.0 / n));
        Assert.True(KolmogorovSmirnov(z, NormalDistribution) < 1.63 / Math.Sqrt(n));

        // The two of a pair are independent.
        Assert.Equal(0, Enumerable.Range(0, n / 2).Average(i => z[2 * i] * z[(2 * i) + 1]), 4 * Math.Sqrt(2.0 / n));
    }

    [Fact]
    public void Children_differ_from_their_parent_and_from_each_other()
    {
        const int n = 4096;
        var root = new Rng(7);
        var keys = Enumerable.Range(0, 2000).Select(i => root.Split(i).Key).Append(root.Key).ToHashSet();
        Assert.Equal(2001, keys.Count);
        double[] parent = new double[n], first = new double[n], second = new double[n];
        root.FillNormal(parent);
        root.Split(0).FillNormal(first);
        root.Split(1).FillNormal(second);

        // Correlations of independent normals have standard error 1/√n = 0.0156.
        foreach (var (a, b) in new[] { (parent, first), (parent, second), (first, second) })
            Assert.Equal(0, a.Zip(b, (x, y) => x * y).Average(), 0.0625);
        Assert.NotEqual(root.Split("noise"), root.Split("dropout"));
        Assert.NotEqual(root.Split("ab"), root.Split("ba"));
        Assert.Equal(root.Split("noise"), new Rng(7).Split("noise"));
        Assert.NotEqual(new Rng(7).Split(0).Split(1), new Rng(7).Split(1).Split(0));
    }

    [Fact]
    public void A_draw_depends_on_its_position_and_not_on_how_a_span_is_cut()
    {
        var rng = new Rng(99);
        double[] whole = new double[101], uniform = new double[101];
        var single = new float[101];
        rng.FillNormal(whole);
        rng.FillNormal(single);
        rng.FillUniform(uniform);
        for (var start = 0; start < 20; start++)
        {
            for (var length = 0; length < 20; length++)
            {
                double[] part = new double[length], other = new double[length];
                var narrow = new float[length];
                rng.FillNormal(part, (ulong)start);
                rng.FillNormal(narrow, (ulong)start);
                rng.FillUniform(other, (ulong)start);
                Assert.Equal(whole[start..(start + length)], part);
                Assert.Equal(single[start..(start + length)], narrow);
                Assert.Equal(uniform[start..(start + length)], other);
            }
        }

        for (var i = 0; i < 101; i++) Assert.Equal((whole[i], uniform[i], (float)whole[i]), (rng.Normal((ulong)i), rng.Uniform((ulong)i), single[i]));
    }

    [Fact]
    public void Integers_are_even_over_their_range()
    {
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[new Rng(3).Integer(7, (ulong)i)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rng(3).Integer(0, 0));
    }

    [Fact]
    public void A_sequence_never_uses_the_same_bits_twice()
    {
        var (sequence, rng) = (new RandomSequence(new Rng(4)), new Rng(4));
        Assert.Equal(rng.Uniform(0), sequence.Uniform());
        Assert.Equal(rng.Normal(2), sequence.Normal());
        Assert.Equal(rng.Uniform(4), sequence.Uniform());
        Assert.Equal(rng.Integer(10, 5), sequence.Integer(10));
        Assert.Equal(rng.Normal(6), sequence.Normal());
    }

    // The largest distance of the empirical distribution from the exact; 1.63/√n is exceeded once in a hundred.
    private static double KolmogorovSmirnov(double[] sample, Func<double, double> distribution)
    {
        var sorted = sample.Order().ToArray();
        double largest = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var f = distribution(sorted[i]);
            largest = Math.Max(largest, Math.Max(f - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - f));
        }

        return largest;
    }

    // Φ(x) = ½ + φ(x) Σ x²ᵏ⁺¹ / (1·3·…·(2k + 1)).
    private static double NormalDistribution(double x)
    {
        double term = x, sum = x;
        for (var k = 1; k < 120; k++) sum += term *= x * x / ((2 * k) + 1);
        return 0.5 + (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * sum);
    }
}
