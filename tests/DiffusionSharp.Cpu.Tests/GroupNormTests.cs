using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class GroupNormTests
{
    private const float Epsilon = 1e-5f;

    [Theory]
    [InlineData(2, 64, 32, 8, true)]
    [InlineData(2, 64, 32, 8, false)]
    [InlineData(9, 16, 48, 3, true)]
    [InlineData(1, 1000, 128, 32, true)]
    [InlineData(3, 50, 20, 5, true)]
    [InlineData(3, 700, 7, 7, false)]
    [InlineData(2, 33, 6, 1, true)]
    [InlineData(40, 1, 96, 1, false)]
    [InlineData(40, 1, 13, 1, true)]
    [InlineData(1, 1, 64, 1, false)]
    [InlineData(8, 700, 96, 32, true)]
    [InlineData(1, 260, 256, 32, false)]
    public void Output_and_gradients_agree_with_double_loops_on_any_threads(int n, int positions, int c, int groups, bool silu)
    {
        var x = Compare.Normals(n * positions * c, 1, 2, 0.7);
        var (gamma, beta, dy) = (Compare.Normals(c, 2, 0.3, 1), Compare.Normals(c, 3), Compare.Normals(x.Length, 4));
        var expected = Slow(x, gamma, beta, dy, n, positions, c, groups, silu);
        var all = Compare.SameForAllThreads(p =>
        {
            var (stats, y, sums, again, dx) = (new Guarded(2 * n * groups), new Guarded(x), new Guarded(2 * n * c), new Guarded(2 * n * c), new Guarded(dy));
            GroupNorm.Statistics(x, stats.Span, n, positions, c, groups, Epsilon, p);
            GroupNorm.Apply(y.Span, stats.Span, gamma, beta, y.Span, n, positions, c, groups, silu, p);
            GroupNorm.GradientSums(x, stats.Span, gamma, beta, dy, sums.Span, n, positions, c, groups, silu, p);
            GroupNorm.Gradient(x, stats.Span, gamma, beta, dx.Span, default, again.Span, dx.Span, n, positions, c, groups, silu, p);
            Assert.Equal(sums.Checked(), again.Checked());

            // Both passes at once, and a gradient from elsewhere added: the same bytes, but for that addition.
            var (once, other, whole, plus) = (new Guarded(2 * n * groups), new Guarded(x.Length), new Guarded(dy.Length), new Guarded(x));
            GroupNorm.Forward(x, once.Span, gamma, beta, other.Span, n, positions, c, groups, Epsilon, silu, p);
            Assert.Equal(stats.Checked(), once.Checked());
            Assert.Equal(y.Checked(), other.Checked());
            GroupNorm.Gradient(x, stats.Span, gamma, beta, dy, plus.Span, again.Span, whole.Span, n, positions, c, groups, silu, p);
            Assert.Equal([.. dx.Span.ToArray().Zip(x, (a, b) => a + b)], whole.Checked());
            return [.. stats.Checked(), .. y.Checked(), .. sums.Checked(), .. dx.Checked()];
        });
        var at = 0;
        foreach (var (name, values) in expected)
        {
            Compare.Close(values, all.AsSpan(at, values.Length), 2e-6, name);
            at += values.Length;
        }
    }

    [Theory]
    [InlineData(4, 50, 64, 4)]
    [InlineData(20, 1, 24, 1)]
    [InlineData(2, 700, 96, 32)]
    public void A_sample_gets_the_same_bytes_alone_and_in_a_batch(int n, int positions, int c, int groups)
    {
        var x = Compare.Normals(n * positions * c * 4, 5);
        var (gamma, beta) = (Compare.Normals(c, 6), Compare.Normals(c, 7));
        var (many, alone) = (new float[8 * n * groups], new float[2 * groups]);
        var (y, dx, sums) = (new float[x.Length], new float[x.Length], new float[8 * n * c]);
        var (one, dxOne, sumsOne) = (new float[positions * c], new float[positions * c], new float[2 * c]);
        GroupNorm.Forward(x, many, gamma, beta, y, 4 * n, positions, c, groups, Epsilon, true, Parallelism.Single);
        GroupNorm.Gradient(x, many, gamma, beta, y, default, sums, dx, 4 * n, positions, c, groups, true, Parallelism.Single);
        for (var s = 0; s < 4 * n; s++)
        {
            var sample = x.AsSpan(s * one.Length, one.Length);
            GroupNorm.Forward(sample, alone, gamma, beta, one, 1, positions, c, groups, Epsilon, true, Parallelism.Single);
            GroupNorm.Gradient(sample, alone, gamma, beta, one, default, sumsOne, dxOne, 1, positions, c, groups, true, Parallelism.Single);
            Assert.Equal(one, y[(s * one.Length)..((s + 1) * one.Length)]);
            Assert.Equal(dxOne, dx[(s * one.Length)..((s + 1) * one.Length)]);
            Assert.Equal(sumsOne, sums[(s * 2 * c)..((s + 1) * 2 * c)]);
            Assert.Equal(alone, many[(s * 2 * groups)..((s + 1) * 2 * groups)]);
        }
    }

    [Theory]
    [InlineData(1e4, 1024, 32, 8)]
    [InlineData(1e6, 900, 128, 32)]
    [InlineData(-1e5, 1, 300, 1)]
    public void A_mean_far_above_the_spread_does_no_harm(double mean, int positions, int c, int groups)
    {
        var x = Compare.Normals(positions * c, 6, 1, mean);
        x[0] = (float)(mean + 50);
        var stats = new float[2 * groups];
        GroupNorm.Statistics(x, stats, 1, positions, c, groups, Epsilon, Parallelism.Single);
        var width = c / groups;
        for (var g = 0; g < groups; g++)
        {
            var values = x.Where((_, i) => i % c / width == g).Select(v => (double)v).ToArray();
            var exact = values.Average();
            var variance = values.Sum(v => (v - exact) * (v - exact)) / values.Length;
            Assert.Equal(exact, stats[2 * g], Math.Abs(exact) * 1e-7);
            Assert.Equal(1, stats[(2 * g) + 1] * Math.Sqrt(variance + Epsilon), 2e-6);
        }
    }

    [Fact]
    public void Positions_that_tell_nothing_of_the_mean_do_no_harm()
    {
        // Every position that a sample of the picture meets is 0; all others are 1000.1, whose square always rounds the same way.
        const int Positions = 1 << 18, C = 1;
        var x = new float[Positions];
        Array.Fill(x, 1000.1f);
        for (var p = 0; p < Positions; p += Positions / 128) x[p] = 0;
        var stats = new float[2];
        GroupNorm.Statistics(x, stats, 1, Positions, C, 1, Epsilon, Parallelism.Single);
        var exact = x.Average(v => (double)v);
        var variance = x.Average(v => (v - exact) * (v - exact));
        Assert.Equal(exact, stats[0], exact * 1e-7);
        Assert.Equal(1, stats[1] * Math.Sqrt(variance + Epsilon), 2e-6);
    }

    [Fact]
    public void A_constant_input_becomes_beta_and_NaN_stays_in_its_group()
    {
        var x = new float[64 * 8];
        Array.Fill(x, 3.25f);
        var (stats, y) = (new float[4], new float[x.Length]);
        float[] gamma = [1, 2, 3, 4, 5, 6, 7, 8], beta = [8, 7, 6, 5, 4, 3, 2, 1];
        GroupNorm.Statistics(x, stats, 1, 64, 8, 2, Epsilon, Parallelism.Single);
        GroupNorm.Apply(x, stats, gamma, beta, y, 1, 64, 8, 2, false, Parallelism.Single);
        for (var i = 0; i < y.Length; i++) Assert.Equal(beta[i % 8], y[i]);
        x[17] = float.NaN;
        GroupNorm.Statistics(x, stats, 1, 64, 8, 2, Epsilon, Parallelism.Single);
        Assert.True(float.IsNaN(stats[0]) && float.IsNaN(stats[1]));
        Assert.Equal(3.25f, stats[2]);
    }

    [Fact]
    public void Groups_that_do_not_divide_the_channels_are_refused() =>
        Assert.Contains("3 groups do not divide 8 channels", Assert.Throws<ArgumentException>(() => GroupNorm.Statistics(new float[8], new float[6], 1, 1, 8, 3, Epsilon, Parallelism.Single)).Message, StringComparison.Ordinal);

    private static (string Name, double[] Values)[] Slow(float[] x, float[] gamma, float[] beta, float[] dy, int n, int positions, int c, int groups, bool silu)
    {
        var (stats, y, sums, dx) = (new double[2 * n * groups], new double[x.Length], new double[2 * n * c], new double[x.Length]);
        var (normal, upstream) = (new double[x.Length], new double[x.Length]);
        var width = c / groups;
        for (var s = 0; s < n; s++)
        {
            for (var g = 0; g < groups; g++)
            {
                var members = new List<int>();
                for (var q = 0; q < positions; q++)
                    for (var k = g * width; k < (g + 1) * width; k++) members.Add((((s * positions) + q) * c) + k);
                var mean = members.Average(i => (double)x[i]);
                var rate = 1 / Math.Sqrt(members.Average(i => (x[i] - mean) * (x[i] - mean)) + Epsilon);
                (stats[2 * ((s * groups) + g)], stats[(2 * ((s * groups) + g)) + 1]) = (mean, rate);
                double a = 0, b = 0;
                foreach (var i in members)
                {
                    var k = i % c;
                    normal[i] = (x[i] - mean) * rate;
                    var z = (normal[i] * gamma[k]) + beta[k];
                    var sigma = 1 / (1 + Math.Exp(-z));
                    y[i] = silu ? z * sigma : z;
                    upstream[i] = dy[i] * (silu ? sigma * (1 + (z * (1 - sigma))) : 1);
                    sums[(2 * s * c) + k] += upstream[i];
                    sums[(((2 * s) + 1) * c) + k] += upstream[i] * normal[i];
                    a += gamma[k] * upstream[i] / members.Count;
                    b += gamma[k] * upstream[i] * normal[i] / members.Count;
                }

                foreach (var i in members) dx[i] = rate * ((gamma[i % c] * upstream[i]) - a - (normal[i] * b));
            }
        }

        return [("stats", stats), ("y", y), ("sums", sums), ("dx", dx)];
    }
}
