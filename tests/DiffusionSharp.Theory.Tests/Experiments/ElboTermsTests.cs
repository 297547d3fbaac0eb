using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class ElboTermsTests
{
    [Fact]
    public void A_divergence_without_its_logarithm_is_found() => Quick.AssertFails(new ElboTerms { VarianceTerm = r => (r - 1) / 2 });

    [Fact]
    public void A_weight_with_the_factor_of_the_data_in_place_of_one_step_is_found() =>
        Quick.AssertFails(new ElboTerms { DroppedWeight = (beta, alphaBar, variance) => beta * beta / (2 * variance * alphaBar * (1 - alphaBar)) });

    [Fact]
    public void A_best_variance_that_forgets_half_of_what_is_unknown_of_the_data_is_found() => Quick.AssertFails(new ElboTerms { BestVariance = (q, ofData) => q.Variance + (q.OfData * q.OfData * ofData / 2) });

    [Fact]
    public void A_best_variance_with_the_weight_not_squared_is_found() => Quick.AssertFails(new ElboTerms { BestVariance = (q, ofData) => q.Variance + (q.OfData * ofData) });
}
