using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class MergeOfGaussiansTests
{
    [Fact]
    public void A_step_that_keeps_one_minus_beta_is_found() => Quick.AssertFails(new MergeOfGaussians { Kept = beta => 1 - beta });

    [Fact]
    public void Noise_whose_deviation_is_beta_is_found() => Quick.AssertFails(new MergeOfGaussians { Added = beta => beta });

    [Fact]
    public void A_slightly_wrong_share_is_found() => Quick.AssertFails(new MergeOfGaussians { Kept = beta => Math.Sqrt(1 - beta) - 1e-10 });
}
