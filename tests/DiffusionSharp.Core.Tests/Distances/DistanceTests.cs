using DiffusionSharp.Distances;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Distances;

public sealed class DistanceTests
{
    [Fact]
    public void A_sample_and_its_shift_are_at_the_length_of_the_shift_over_the_root_of_the_dimension()
    {
        // On every line the sorted values differ by ⟨θ, δ⟩ exactly, and E⟨θ, δ⟩² = |δ|²/D.
        var a = new Rng(1).Normal([300, 4]);
        double[] shift = [1, -2, 0.5, 0.3];
        var b = Tensor.Create(a.Shape, values =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = a.Values[i] + shift[i % 4];
        });
        var sw = SlicedWasserstein.Between(a, b, new Rng(2), projections: 1500, repeats: 2);
        Near.Number(Math.Sqrt((1 + 4 + 0.25 + 0.09) / 4), sw.Distance.Value, 4 * sw.Distance.StandardError, "SW₂");
        Assert.InRange(sw.Distance.StandardError, 1e-4, 0.02);
    }

    [Fact]
    public void In_one_dimension_it_is_the_Wasserstein_distance_also_between_samples_of_different_size()
    {
        // Quantiles of {0, 3} and {0, 1, 5}: differences 0, 1, 2, 2 on lengths 1/3, 1/6, 1/6, 1/3.
        var sw = SlicedWasserstein.Between(new Tensor([2, 1], [3, 0]), new Tensor([3, 1], [1, 5, 0]), new Rng(1));
        Near.Number(Math.Sqrt((1 / 6.0) + (4 / 6.0) + (4 / 3.0)), sw.Distance.Value, 1e-14, "W₂");
        Near.Number(0, sw.Distance.StandardError, 1e-14, "over lines");
    }

    [Fact]
    public void Two_normal_laws_are_at_the_distance_of_their_means_and_deviations_within_the_sampling_error()
    {
        // W₂² = (m₁ − m₂)² + (s₁ − s₂)² in one dimension.
        var truth = Math.Sqrt((0.7 * 0.7) + (0.5 * 0.5));
        double sum = 0, squares = 0, claimed = 0;
        for (var seed = 0UL; seed < 8; seed++)
        {
            var a = new Rng(seed).Normal([400, 1]);
            var b = (1.5 * new Rng(seed + 100).Normal([350, 1])) + 0.7;
            var sw = SlicedWasserstein.Between(a, b, new Rng(3), projections: 2);
            sum += (sw.Distance.Value - truth) / 8;
            squares += (sw.Distance.Value - truth) * (sw.Distance.Value - truth) / 8;
            claimed += sw.SamplingError / 8;
        }

        Assert.InRange(Math.Sqrt(squares), 0.5 * claimed, 1.8 * claimed);
        Assert.InRange(Math.Abs(sum), 0, 2 * claimed / Math.Sqrt(8) * 2);
    }

    [Fact]
    public void Two_samples_of_one_law_are_at_the_distance_that_chance_gives_and_others_are_not()
    {
        var mixture = GaussianMixture.Isotropic([1, 2], new Tensor([2, 3], [1, 0, 2, -1, 0.5, 0]), [0.1, 0.4]);
        var a = mixture.Draw(new Rng(1), 300);
        var same = SlicedWasserstein.Between(a, mixture.Draw(new Rng(2), 250), new Rng(3));
        Assert.InRange((same.Distance.Value - same.SameLaw.Value) / same.SameLawSpread, -3.5, 3.5);
        var other = SlicedWasserstein.Between(a, mixture.Draw(new Rng(2), 250) * 1.5, new Rng(3));
        Assert.True(other.Distance.Value > other.SameLaw.Value + (5 * other.SameLawSpread));
    }

    [Fact]
    public void The_distance_does_not_depend_on_threads()
    {
        var (a, b) = (new Rng(1).Normal([50, 3]), new Rng(2).Normal([60, 3]));
        using var two = new Parallelism(2);
        Assert.Equal(SlicedWasserstein.Between(a, b, new Rng(3)), SlicedWasserstein.Between(a, b, new Rng(3), parallelism: two));
        Assert.NotEqual(SlicedWasserstein.Between(a, b, new Rng(3)), SlicedWasserstein.Between(a, b, new Rng(4)));
    }

    [Fact]
    public void Kolmogorovs_distance_is_that_of_the_staircase()
    {
        Near.Number(0.35, KolmogorovSmirnov.Test([0.1, 0.85, 0.6, 0.95], x => x).Statistic, 1e-15, "one sample");
        Near.Number(2 / 3.0, KolmogorovSmirnov.Test([1, 2, 3], [2.5, 3, 3, 4, 5, 6]).Statistic, 1e-15, "two samples");
        Near.Number(0, KolmogorovSmirnov.Test([1, 2, 2], [2, 1, 2]).Statistic, 0, "ties");
        Near.Number(0.05, KolmogorovSmirnov.Test([.. Enumerable.Range(0, 1000).Select(i => (i + 0.5) / 1000 * (1 - 0.04241))], x => x).PValue, 0.003, "the limit that is exceeded once in twenty");
    }

    [Fact]
    public void The_p_value_is_uniform_where_the_law_is_right()
    {
        var p = new double[400];
        for (var i = 0; i < p.Length; i++)
        {
            var sample = new double[60];
            new Rng(5).Split(i).FillNormal(sample);
            p[i] = i % 2 == 0 ? KolmogorovSmirnov.Test(sample, NormalLaw.Cumulative).PValue : KolmogorovSmirnov.Test(sample, [.. new Rng(6).Split(i).Normal([70]).Values]).PValue;
        }

        Assert.InRange(KolmogorovSmirnov.Test(p, x => Math.Clamp(x, 0, 1)).PValue, 0.001, 1);
        Assert.InRange(KolmogorovSmirnov.Test([.. p.Select(x => x * x)], x => Math.Clamp(x, 0, 1)).PValue, 0, 1e-6);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Contains("of one shape", Assert.Throws<ArgumentException>(() => SlicedWasserstein.Between(Tensor.Zeros([3, 2]), Tensor.Zeros([3, 4]), new Rng(1))).Message, StringComparison.Ordinal);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => SlicedWasserstein.Between(Tensor.Zeros([2, 1]), new Tensor([2, 1], [0, double.NaN]), new Rng(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => SlicedWasserstein.Between(Tensor.Zeros([2, 1]), Tensor.Zeros([2, 1]), new Rng(1), projections: 1));
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.Test([], x => x));
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.Test([1], [double.NaN]));
    }
}
