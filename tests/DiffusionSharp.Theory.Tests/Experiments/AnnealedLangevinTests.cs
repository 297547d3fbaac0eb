using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class AnnealedLangevinTests
{
    [Fact]
    public void Half_the_noise_of_a_step_is_found() => Quick.AssertFails(new AnnealedLangevin { NoiseVariance = 1 });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Steps_that_do_not_grow_with_the_square_of_the_noise_are_found(double power) => Quick.AssertFails(new AnnealedLangevin { StepPower = power });

    [Fact]
    public void An_overlap_of_the_modes_with_the_wrong_exponent_is_found() => Quick.AssertFails(new AnnealedLangevin { OverlapPower = 0.5 });
}
