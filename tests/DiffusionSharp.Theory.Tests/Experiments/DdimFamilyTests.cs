using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class DdimFamilyTests
{
    [Fact]
    public void Fresh_noise_that_does_not_replace_old_noise_is_found() => Quick.AssertFails(new DdimFamily { Kept = (variance, _) => variance });

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void One_share_of_the_score_for_every_eta_is_found(double share) => Quick.AssertFails(new DdimFamily { ScoreShare = _ => share });

    [Fact]
    public void Decoding_with_noise_is_found() => Quick.AssertFails(new DdimFamily { DecodingEta = 0.3 });

    [Fact]
    public void A_straight_way_between_noises_is_found() => Quick.AssertFails(new DdimFamily { Weights = (u, _) => (1 - u, u) });
}
