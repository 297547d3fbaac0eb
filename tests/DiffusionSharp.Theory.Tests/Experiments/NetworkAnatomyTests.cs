using DiffusionSharp.Graphs;
using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class NetworkAnatomyTests
{
    [Fact]
    public void A_graph_read_without_its_skips_is_found() => Quick.AssertFails(new NetworkAnatomy { JoinsSkips = false });

    [Fact]
    public void Another_longest_period_of_the_time_embedding_is_found() => Quick.AssertFails(new NetworkAnatomy { Embedding = (t, width) => Op.SinusoidalFeatures(t, width, maxPeriod: 1000) });

    [Fact]
    public void Frequencies_spaced_as_if_there_were_one_less_are_found() => Quick.AssertFails(new NetworkAnatomy { Embedding = (t, width) => Op.SinusoidalFeatures(t, width, frequencyShift: 1) });

    [Fact]
    public void A_velocity_of_the_wrong_sign_is_found() => Quick.AssertFails(new NetworkAnatomy { VelocityFactor = -1 });
}
