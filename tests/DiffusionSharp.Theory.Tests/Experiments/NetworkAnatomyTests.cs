using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class NetworkAnatomyTests
{
    [Fact]
    public void A_count_that_forgets_the_skips_is_found() => Quick.AssertFails(new NetworkAnatomy { CountsSkips = false });

    [Fact]
    public void Another_longest_period_of_the_time_embedding_is_found() => Quick.AssertFails(new NetworkAnatomy { LongestPeriod = 1000 });

    [Fact]
    public void A_velocity_of_the_wrong_sign_is_found() => Quick.AssertFails(new NetworkAnatomy { VelocityFactor = -1 });
}
