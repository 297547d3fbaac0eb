using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class WhyNoiseWhileSamplingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Too_little_noise_is_found(double factor) => Quick.AssertFails(new WhyNoiseWhileSampling { NoiseFactor = factor });

    [Fact]
    public void A_conditional_mean_that_is_thought_to_keep_the_variance_is_found() => Quick.AssertFails(new WhyNoiseWhileSampling { Slope = (_, next, now) => Math.Sqrt(next / now) });

    [Fact]
    public void The_forward_steps_variance_in_place_of_the_posteriors_is_found() =>
        Quick.AssertFails(new WhyNoiseWhileSampling { Fresh = (t, s) => (t.Sigma * t.Sigma) - (t.Alpha / s.Alpha * s.Sigma * (t.Alpha / s.Alpha * s.Sigma)) });
}
