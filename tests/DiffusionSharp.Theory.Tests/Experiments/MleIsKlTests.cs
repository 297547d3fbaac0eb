using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class MleIsKlTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(1.001)]
    public void A_wrong_factor_of_the_divergence_is_found(double factor) => Quick.AssertFails(new MleIsKl { DivergenceFactor = factor });

    [Fact]
    public void Samples_that_are_not_independent_are_found() => Quick.AssertFails(new MleIsKl { Independent = false });
}
