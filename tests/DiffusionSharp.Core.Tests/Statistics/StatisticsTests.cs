using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Statistics;

public sealed class StatisticsTests
{
    [Fact]
    public void A_share_has_the_binomial_error_and_where_all_are_alike_that_of_one_exception()
    {
        Assert.Equal(new Measurement(0.2, 0.04, 100), Measurement.OfShare(20, 100));
        Assert.Equal(0, Measurement.OfShare(0, 50).Value);
        Assert.Equal(1, Measurement.OfShare(50, 50).Value);
        foreach (var hits in (int[])[0, 1, 49, 50]) Near.Number(0.02 * Math.Sqrt(49.0 / 50), Measurement.OfShare(hits, 50).StandardError, 1e-15, "error");
        Assert.Equal(double.NaN, Measurement.OfShare(1, 1).StandardError);
        Assert.Throws<ArgumentOutOfRangeException>(() => Measurement.OfShare(0, 0));
        foreach (var hits in (int[])[-1, 6]) Assert.Throws<ArgumentOutOfRangeException>(() => Measurement.OfShare(hits, 5));
    }

    [Theory]
    [InlineData(-9, -8.5)]
    [InlineData(-3.7, -3.4)]
    [InlineData(-1, 0.2)]
    [InlineData(-0.01, 0.005)]
    [InlineData(0.3, 4)]
    [InlineData(3.4, 3.7)]
    [InlineData(20, 21)]
    public void The_probability_of_an_interval_is_the_integral_of_the_density_also_in_the_tails(double low, double high)
    {
        // Simpson's rule; relative to the largest density so that nothing underflows.
        const int n = 4000;
        var nearest = Math.Min(Math.Abs(low), Math.Abs(high)) * (low * high < 0 ? 0 : 1);
        var (h, sum) = ((high - low) / n, 0.0);
        for (var i = 0; i <= n; i++)
        {
            var z = low + (i * h);
            sum += (i is 0 or n ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(((nearest * nearest) - (z * z)) / 2);
        }

        Near.Number(Math.Log(sum * h / 3 / Math.Sqrt(2 * Math.PI)) - (nearest * nearest / 2), NormalLaw.LogInterval(low, high), 1e-11, "ln P");
    }

    [Fact]
    public void The_distribution_function_has_its_tabled_values_and_both_halves_make_one()
    {
        Near.Number(0.975002104851780, NormalLaw.Cumulative(1.96), 1e-14, "Φ(1.96)");
        Near.Number(0.5, NormalLaw.Cumulative(0), 1e-15, "Φ(0)");
        Near.Number(7.61985302416053e-24, NormalLaw.Cumulative(-10), 1e-36, "Φ(−10)");
        for (var z = -5.0; z <= 5; z += 0.37) Near.Number(1, NormalLaw.Cumulative(z) + NormalLaw.Cumulative(-z), 1e-15, "Φ(z) + Φ(−z)");
        Near.Number(0, NormalLaw.LogInterval(double.NegativeInfinity, double.PositiveInfinity), 1e-15, "all");

        // ln Φ(−z) = −z²/2 − ln z√2π + ln(1 − 1/z² + 3/z⁴ − …): the next term at z = 40 is 15/z⁶ < 4e-9.
        Near.Number(-800 - Math.Log(40 * Math.Sqrt(2 * Math.PI)) + Math.Log(1 - (1 / 1600.0) + (3 / 2560000.0)), NormalLaw.LogCumulative(-40), 1e-8, "ln Φ(−40)");
        Assert.True(double.IsFinite(NormalLaw.LogInterval(1e4, 1e4 + 1e-2)));
    }

    [Fact]
    public void A_measurement_is_a_mean_and_its_standard_error()
    {
        var m = Measurement.OfMean([1, 2, 3, 6]);
        Near.Absolute([3, Math.Sqrt(14 / 3.0 / 4)], [m.Value, m.StandardError], 1e-15, "mean and error");
        Assert.Equal(new Measurement(-5, 2 * m.StandardError, 4), m.Scaled(-2, 1));
        Assert.True(double.IsNaN(Measurement.OfMean([1]).StandardError));
        Assert.Throws<ArgumentException>(() => Measurement.OfMean([]));
    }

    [Fact]
    public void Moments_come_with_errors_that_hold_their_true_values()
    {
        double[] c = [2, 0.9, 0.9, 0.7], m = [1, -2];
        var mixture = DiffusionSharp.Targets.GaussianMixture.Full([1], new Tensor([1, 2], m), new Tensor([1, 2, 2], c));
        var squares = 0.0;
        for (var seed = 0UL; seed < 20; seed++)
        {
            var moments = SampleMoments.Of(mixture.Draw(new Rng(seed), 1000));
            Assert.Equal(1000, moments.Count);
            for (var i = 0; i < 2; i++) squares += Square((moments.Mean.Values[i] - m[i]) / moments.MeanErrors.Values[i]);
            for (var i = 0; i < 4; i++) squares += Square((moments.Covariance.Values[i] - c[i]) / moments.CovarianceErrors.Values[i]);
        }

        // 120 squared z-scores, correlated: mean 1, standard deviation of the mean below 0.25.
        Assert.InRange(squares / 120, 0.5, 1.5);
        Assert.Throws<ArgumentException>(() => SampleMoments.Of(Tensor.Zeros([1, 2])));
    }

    private static double Square(double x) => x * x;
}
