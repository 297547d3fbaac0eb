using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class RandomWalkToWienerTests
{
    [Theory]
    [InlineData(0.45)]
    [InlineData(0.52)]
    public void Steps_that_are_not_the_root_of_their_time_have_no_such_limit(double power) => Quick.AssertFails(new RandomWalkToWiener { StepPower = power });

    [Fact]
    public void A_zoom_by_another_power_shows_another_process() => Quick.AssertFails(new RandomWalkToWiener { ScalePower = 0.4 });

    [Fact]
    public void The_factor_two_in_the_variance_of_the_quadratic_variation_is_needed() => Quick.AssertFails(new RandomWalkToWiener { VariationFactor = 1 });
}
