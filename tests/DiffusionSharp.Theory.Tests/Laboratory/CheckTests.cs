using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Tests.Laboratory;

public sealed class CheckTests
{
    [Theory]
    [InlineData(1.0, Relation.Equal, 1.1, 0.1000001, true)]
    [InlineData(1.0, Relation.Equal, 1.2, 0.1, false)]
    [InlineData(1.0, Relation.AtMost, 1.0, 0, true)]
    [InlineData(1.1, Relation.AtMost, 1.0, 0.05, false)]
    [InlineData(0.95, Relation.AtLeast, 1.0, 0.06, true)]
    [InlineData(0.9, Relation.AtLeast, 1.0, 0.05, false)]
    [InlineData(double.NaN, Relation.Equal, 1.0, 10, false)]
    [InlineData(double.NaN, Relation.AtMost, 1.0, 10, false)]
    [InlineData(1.0, Relation.AtLeast, double.NaN, 10, false)]
    [InlineData(1.0, Relation.Equal, 1.0, double.NaN, false)]
    [InlineData(5.0, Relation.Equal, 1.0, double.PositiveInfinity, false)]
    [InlineData(double.NegativeInfinity, Relation.AtMost, 1.0, 0, false)]
    public void A_check_holds_within_its_tolerance_and_never_on_what_is_not_a_number(double measured, Relation relation, double expected, double tolerance, bool passed) =>
        Assert.Equal(passed, new Check("x", measured, relation, expected, new Tolerance(tolerance, "stated")).Passed);

    [Fact]
    public void An_experiment_without_a_check_has_not_passed()
    {
        var result = new ExperimentResult(ExperimentCatalog.All[0], [], [], [], null);
        Assert.False(result.Passed);
    }

    [Theory]
    [InlineData(0.1, 5.406)]
    [InlineData(0.2, 5.823)]
    [InlineData(0.3, 6.249)]
    [InlineData(0.5, 7.123)]
    public void The_allowance_of_a_skewed_mean_is_the_quantile_of_gamma_laws(double skewness, double quantile) =>
        Assert.Equal(quantile, Tolerance.OfSkewed(1, skewness, 1.5 * skewness * skewness).Value, 0.04);

    [Fact]
    public void A_mean_too_far_from_normal_is_refused() =>
        Assert.StartsWith("Tolerance: a mean of skewness 0.6", Assert.Throws<ArgumentOutOfRangeException>(() => Tolerance.OfSkewed(1, -0.6, 0)).Message.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void A_mean_square_of_normal_values_is_a_chi_squared_mean()
    {
        // Variance 2, skewness √8 and excess kurtosis 12 of the square of a normal value; the same from cumulants that are 0 above the second.
        var expected = Tolerance.OfSkewed(Math.Sqrt(2 / 400.0), Math.Sqrt(8 / 400.0), 12 / 400.0);
        Assert.Equal(expected.Value, Tolerance.OfMeanSquare(400, 1, 1).Value, 1e-14);
    }

    [Fact]
    public void The_allowance_of_a_Kolmogorov_distance_is_exceeded_as_rarely_as_five_deviations()
    {
        var k = Tolerance.OfKolmogorov(1).Value;
        Assert.Equal(5.733e-7, 2 * Math.Exp(-2 * k * k), 1e-8);
    }
}
