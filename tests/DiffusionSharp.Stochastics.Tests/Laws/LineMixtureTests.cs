using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.Laws;

public sealed class LineMixtureTests
{
    private static readonly LineMixture Mixture = new((0.35, -1, 0.35), (0.65, 0.8, 0.5));

    [Fact]
    public void It_agrees_with_the_librarys_mixture_in_density_score_and_denoiser()
    {
        double[] x = [-3, -1.2, -0.1, 0.4, 2.5, 40];
        foreach (var level in (NoiseLevel[])[new VpLinearSchedule().At(0.3), new EdmSchedule().At(5)])
        {
            var column = new Tensor([x.Length, 1], [.. x]);
            var (logs, scores, data) = (Mixture.Mixture.LogDensity(column, level), Mixture.Mixture.Score(column, level), Mixture.Denoiser.Denoise(column, level));
            for (var i = 0; i < x.Length; i++)
            {
                // Far out the density itself underflows, its slope does not.
                if (x[i] < 10) Assert.Equal(logs.Values[i], Math.Log(Mixture.Density(x[i], level)), 1e-12);
                Assert.Equal(scores.Values[i], Mixture.Score(x[i], level), 1e-10);
                Assert.Equal(data.Values[i], Mixture.Denoise(x[i], level), 1e-11);
            }
        }
    }

    [Fact]
    public void A_common_variance_gives_the_same_law_as_equal_deviations()
    {
        LineMixture common = LineMixture.OfVariance([0.3, 0.7], [-2, 1], 0.16), equal = new((0.3, -2, 0.4), (0.7, 1, 0.4));
        Assert.All((double[])[-30, -2.1, 0, 1.5, 12], x =>
        {
            foreach (var level in (NoiseLevel[])[new VpLinearSchedule().At(0.3), new EdmSchedule().At(5)])
            {
                Assert.Equal(equal.Density(x, level), common.Density(x, level), 1e-15);
                Assert.Equal(equal.Score(x, level), common.Score(x, level), 1e-11);
                Assert.Equal(equal.Denoise(x, level), common.Denoise(x, level), 1e-11);
            }

            Assert.Equal(common.Density(x, new NoiseLevel(0, 1, 0.7)), common.Noised(0.7).Density(x), 1e-15);
            Assert.Equal(equal.Density(x, new NoiseLevel(0, 1, 0.7)), equal.Noised(0.7).Density(x), 1e-15);
        });
    }

    [Fact]
    public void Shares_are_the_components_parts_of_the_density()
    {
        var level = new VpLinearSchedule().At(0.3);
        var shares = new double[2];
        Mixture.Shares(0.1, level, shares);
        var (_, mean, variance) = Mixture.Components[1];
        var (spread, off) = ((level.Alpha * level.Alpha * variance) + (level.Sigma * level.Sigma), 0.1 - (level.Alpha * mean));
        Assert.Equal(0.65 * Math.Exp(-off * off / (2 * spread)) / Math.Sqrt(2 * Math.PI * spread) / Mixture.Density(0.1, level), shares[1], 1e-14);
        Assert.Equal(1, shares.Sum(), 1e-15);
    }

    [Fact]
    public void Draws_have_the_mean_and_the_variance_of_the_law()
    {
        const int count = 100_000;
        var rng = new Rng(3);
        var law = LineMixture.OfVariance([0.25, 0.75], [-2, 1], 0.5);
        double[] draws = [.. Enumerable.Range(0, count).Select(k => law.Draw(rng, k))];

        // Mean 0.25, variance 0.5 + 0.25 · 0.75 · 3²; five standard errors, the fourth central moment below 12.
        const double variance = 0.5 + (0.25 * 0.75 * 9);
        Assert.Equal(0.25, draws.Average(), 5 * Math.Sqrt(variance / count));
        Assert.Equal(variance, draws.Average(x => (x - 0.25) * (x - 0.25)), 5 * Math.Sqrt(12.0 / count));
    }

    [Fact]
    public void The_flow_keeps_quantiles_and_returns()
    {
        var (from, to) = (new VpLinearSchedule().At(1), new VpLinearSchedule().At(0));
        Assert.All((double[])[0.01, 0.3, 0.5, 0.9], q => Assert.Equal(q, Mixture.Cumulative(Mixture.Quantile(q, to), to), 1e-12));
        Assert.Equal(0.7, Mixture.Flow(Mixture.Flow(0.7, from, to), to, from), 1e-9);
    }

    [Fact]
    public void What_is_no_mixture_and_what_is_no_share_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new LineMixture((0.5, 0, 1), (0.6, 1, 1)));
        Assert.Throws<ArgumentException>(() => new LineMixture((1, 0, 0)));
        Assert.Throws<ArgumentException>(() => new LineMixture());
        Assert.Throws<ArgumentOutOfRangeException>(() => Mixture.Quantile(double.NaN, new VpLinearSchedule().At(1)));
    }
}
