using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class ScoreFokkerPlanckEquationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.98)]
    public void A_wrong_factor_of_the_squared_score_is_found(double factor) => Quick.AssertFails(new ScoreFokkerPlanckEquation { SquareFactor = factor });

    [Fact]
    public void A_drift_of_the_wrong_sign_is_found() => Quick.AssertFails(new ScoreFokkerPlanckEquation { DriftFactor = -1 });

    [Fact]
    public void Scores_that_are_too_steep_by_a_fiftieth_are_found() => Quick.AssertFails(new ScoreFokkerPlanckEquation { ScoreFactor = 1.02 });
}
