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
