using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class ReparameterizationTests
{
    [Fact]
    public void A_score_of_the_mean_that_is_not_divided_by_sigma_is_found() => Quick.AssertFails(new Reparameterization { ScoreOfMean = (eps, _) => eps });

    [Fact]
    public void A_score_of_the_deviation_without_the_normaliser_is_found() => Quick.AssertFails(new Reparameterization { ScoreOfDeviation = (eps, sigma) => eps * eps / sigma });

    [Fact]
    public void A_path_that_does_not_follow_the_noise_is_found() => Quick.AssertFails(new Reparameterization { PathOfDeviation = _ => 1 });

    [Fact]
    public void A_variance_that_should_grow_as_the_square_of_the_dimension_is_found() => Quick.AssertFails(new Reparameterization { GrowthWithBaseline = 2 });
}
