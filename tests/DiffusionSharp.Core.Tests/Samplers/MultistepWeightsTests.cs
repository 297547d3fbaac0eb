using DiffusionSharp.Samplers;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>Adams coefficients, plain and exponential, against their classical values and against quadrature.</summary>
public sealed class MultistepWeightsTests
{
    [Fact]
    public void Equal_steps_give_the_classical_coefficients_of_Adams_and_Bashforth()
    {
        Near.Absolute([1], MultistepWeights.Adams([0]), 0, "1");
        Near.Absolute([3 / 2.0, -1 / 2.0], MultistepWeights.Adams([0, -1]), 1e-15, "2");
        Near.Absolute([23 / 12.0, -16 / 12.0, 5 / 12.0], MultistepWeights.Adams([0, -1, -2]), 1e-14, "3");
        Near.Absolute([55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0], MultistepWeights.Adams([0, -1, -2, -3]), 1e-14, "4");
    }

    [Fact]
    public void With_the_end_of_the_step_among_the_points_they_are_those_of_Adams_and_Moulton()
    {
        Near.Absolute([1 / 2.0, 1 / 2.0], MultistepWeights.Adams([1, 0]), 1e-15, "2");
        Near.Absolute([5 / 12.0, 8 / 12.0, -1 / 12.0], MultistepWeights.Adams([1, 0, -1]), 1e-14, "3");
    }

    [Theory]
    [InlineData(-7.5)]
    [InlineData(-1)]
    [InlineData(-0.3)]
    [InlineData(0)]
    [InlineData(1e-4)]
    [InlineData(2.5)]
    public void Exponential_weights_integrate_every_polynomial_through_their_points(double z)
    {
        double[] points = [0, -0.7, -1.9, -2.4];
        for (var count = 1; count <= points.Length; count++)
        {
            var weights = MultistepWeights.Exponential(points.AsSpan(0, count), z);
            for (var k = 0; k < count; k++)
            {
                var integral = Simpson(theta => Math.Exp(z * (1 - theta)) * Math.Pow(theta, k));
                Near.Number(integral, weights.Select((w, j) => w * Math.Pow(points[j], k)).Sum(), 1e-11 * Math.Max(1, integral), $"z = {z}, {count} points, power {k}");
            }
        }
    }

    [Fact]
    public void The_two_choices_of_UniPC_change_the_slope_of_two_points_alone()
    {
        // Σ w stays M₀; Σ w θ is M₁.
        var (exact, bh1, bh2) = (Weights(TwoPointWeights.Exact), Weights(TwoPointWeights.Bh1), Weights(TwoPointWeights.Bh2));
        var first = (1 - Math.Exp(-0.8)) / 0.8;
        foreach (var w in new[] { exact, bh1, bh2 }) Near.Number(first, w[0] + w[1], 1e-15, "M₀");
        Near.Number((0.8 - 1 + Math.Exp(-0.8)) / (0.8 * 0.8), -0.5 * exact[1], 1e-15, "M₁ exact");
        Near.Number(0.5, -0.5 * bh1[1], 1e-15, "M₁ of bh1");
        Near.Number(first / 2, -0.5 * bh2[1], 1e-15, "M₁ of bh2");
        Near.Absolute(MultistepWeights.Exponential([0, -1, -2], -0.8), MultistepWeights.Exponential([0, -1, -2], -0.8, TwoPointWeights.Bh1), 0, "three points");
    }

    [Fact]
    public void Equal_points_and_missing_moments_are_refused()
    {
        Assert.StartsWith("MultistepWeights: two points are equal.", Assert.Throws<ArgumentException>(() => MultistepWeights.Adams([0, -1, 0])).Message, StringComparison.Ordinal);
        Assert.StartsWith("MultistepWeights: as many moments as points", Assert.Throws<ArgumentException>(() => MultistepWeights.Adams([])).Message, StringComparison.Ordinal);
    }

    private static double[] Weights(TwoPointWeights twoPoint) => MultistepWeights.Exponential([0, -0.5], -0.8, twoPoint);

    private static double Simpson(Func<double, double> f)
    {
        const int Intervals = 2000;
        var sum = f(0) + f(1);
        for (var i = 1; i < Intervals; i++) sum += (i % 2 == 1 ? 4 : 2) * f((double)i / Intervals);
        return sum / (3 * Intervals);
    }
}
