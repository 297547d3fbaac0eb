using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class FokkerPlanckEquationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0.49)]
    public void A_wrong_factor_of_the_diffusion_is_found(double factor) => Quick.AssertFails(new FokkerPlanckEquation { DiffusionFactor = factor });

    [Fact]
    public void Itos_drift_left_out_is_found() => Quick.AssertFails(new FokkerPlanckEquation { ItoCorrection = 0 });

    [Fact]
    public void Central_differences_are_found_by_their_negative_densities() => Quick.AssertFails(new FokkerPlanckEquation { Weighting = FluxWeighting.Central });

    [Fact]
    public void Upwind_differences_are_found_by_their_order() => Quick.AssertFails(new FokkerPlanckEquation { Weighting = FluxWeighting.Upwind });
}
