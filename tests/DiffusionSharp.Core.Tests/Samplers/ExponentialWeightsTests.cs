using DiffusionSharp.Samplers;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>The φ functions against their integral, and across the point where the recurrence takes over.</summary>
public sealed class ExponentialWeightsTests
{
    [Fact]
    public void Phi_is_its_integral_from_minus_30_to_10()
    {
        // (1/h) ∫₀ʰ e^{c(h−τ)} (τ/h)^j dτ = ∫₀¹ e^{z(1−v)} v^j dv by Gauss–Legendre of order 20 on 32 pieces.
        var rule = new MathNet.Numerics.Integration.GaussLegendreRule(0, 1, 20);
        foreach (var z in (double[])[-30, -7, -1.001, -0.999, -0.3, -1e-5, -1e-12, 0, 1e-9, 0.02, 0.999, 1.001, 4, 10])
        {
            for (var j = 0; j < 4; j++)
            {
                var sum = 0.0;
                for (var piece = 0; piece < 32; piece++)
                    for (var i = 0; i < rule.Order; i++)
                    {
                        var v = (piece + rule.GetAbscissa(i)) / 32;
                        sum += rule.GetWeight(i) / 32 * Math.Exp(z * (1 - v)) * Math.Pow(v, j);
                    }

                Near.RelativeToEach([sum], [ExponentialWeights.Moment(j, z)], 2e-13, FormattableString.Invariant($"moment {j} at {z}"));
            }
        }
    }

    [Fact]
    public void Phi_keeps_its_digits_near_zero_and_ends_at_zero_for_an_infinite_decay()
    {
        Assert.Equal((1, 1, 0.5), (ExponentialWeights.Phi(0, 0), ExponentialWeights.Phi(1, 0), ExponentialWeights.Phi(2, 0)));
        Near.Number(1.0 / 6, ExponentialWeights.Phi(3, 0), 1e-16, "φ_3(0)");
        Near.RelativeToEach([1e-12], [ExponentialWeights.ExpMinusOne(1e-12)], 1e-12, "e^z − 1");
        Assert.Equal(0, ExponentialWeights.Phi(2, double.NegativeInfinity));
    }
}
