using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class LangevinEquationsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Noise_out_of_balance_with_friction_is_found(double factor) => Quick.AssertFails(new LangevinEquations { NoiseFactor = factor });

    [Fact]
    public void Chains_without_the_correction_have_another_law() => Quick.AssertFails(new LangevinEquations { IsCorrected = false });

    [Theory]
    [InlineData(2)]
    [InlineData(0.96)]
    public void A_wrong_factor_in_the_time_that_a_barrier_holds_is_found(double factor) => Quick.AssertFails(new LangevinEquations { KramersFactor = factor });
}
