using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class ScoreMatchingTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0.99)]
    public void A_wrong_factor_of_the_divergence_is_found(double factor) => Quick.AssertFails(new ScoreMatchingIdentities { DivergenceFactor = factor });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_denoising_target_in_the_wrong_unit_is_found(double power) => Quick.AssertFails(new ScoreMatchingIdentities { TargetPower = power });

    [Fact]
    public void Directions_of_unit_length_are_found_too_short_for_the_sliced_objective() => Quick.AssertFails(new ScoreMatchingIdentities { DirectionLength = 1 });
}
