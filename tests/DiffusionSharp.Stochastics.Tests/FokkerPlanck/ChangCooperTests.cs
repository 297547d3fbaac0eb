using DiffusionSharp.Stochastics.FokkerPlanck;

namespace DiffusionSharp.Stochastics.Tests.FokkerPlanck;

public sealed class ChangCooperTests
{
    [Fact]
    public void Bernoullis_function_has_all_its_digits_everywhere()
    {
        // Independent form: w e^(−w/2)/(2 sinh(w/2)).
        for (var k = -2000; k <= 2000; k++)
        {
            var w = Math.Sign(k) * Math.Pow(10, (Math.Abs(k) / 200.0) - 8);
            if (Math.Abs(w) is 0 or > 100) continue;
            var expected = w / 2 / Math.Sinh(w / 2) * Math.Exp(-w / 2);
            Assert.True(Math.Abs(ChangCooper.Bernoulli(w) - expected) <= 8e-16 * Math.Max(expected, 1e-300) * Math.Max(1, Math.Abs(w) / 8), $"w = {w}: {ChangCooper.Bernoulli(w)} for {expected}");
        }

        Assert.Equal(1, ChangCooper.Bernoulli(0));
        Assert.Equal(0, ChangCooper.Bernoulli(double.PositiveInfinity));
        Assert.Equal(1e6, ChangCooper.Bernoulli(-1e6));
        Assert.True(double.IsNaN(ChangCooper.Bernoulli(double.NaN)));
    }

    [Theory]
    [InlineData(3, 0.5, 0.1)]
    [InlineData(-40, 0.1, 0.3)]
    [InlineData(1e-9, 2, 0.01)]
    public void Without_current_neighbours_have_the_exact_ratio(double drift, double diffusion, double width)
    {
        var (right, left) = ChangCooper.Rates(drift, diffusion, width);
        Assert.Equal(1, right / left * Math.Exp(-drift * width / diffusion), 1e-13);
        Assert.Equal(drift, right - left, 1e-14 * Math.Abs(drift) + 1e-12);
    }

    [Fact]
    public void Without_diffusion_the_flux_is_the_upwind_one()
    {
        Assert.Equal((2, 0), ChangCooper.Rates(2, 0, 0.1));
        Assert.Equal((0, 2), ChangCooper.Rates(-2, 0, 0.1));
        Assert.Equal((0, 0), ChangCooper.Rates(0, 0, 0.1));
    }
}
