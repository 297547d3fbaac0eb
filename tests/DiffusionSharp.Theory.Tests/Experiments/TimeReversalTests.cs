using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class TimeReversalTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(0.501)]
    public void A_flow_with_another_share_of_the_score_is_found(double factor) => Quick.AssertFails(new TimeReversal { FlowFactor = factor });

    [Fact]
    public void A_reverse_equation_with_the_flows_drift_is_found() => Quick.AssertFails(new TimeReversal { ReverseFactor = 0.5 });
}
