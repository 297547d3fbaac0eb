using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class InverseCdfTests
{
    [Fact]
    public void An_inverse_that_has_the_right_law_but_runs_backwards_is_found() => Quick.AssertFails(new InverseCdf { Exponential = u => -Math.Log(u) / 1.5 });

    [Fact]
    public void A_rate_in_the_place_of_a_scale_is_found() => Quick.AssertFails(new InverseCdf { Exponential = u => -Math.Log(1 - u) * 1.5 });

    [Fact]
    public void A_scale_off_by_one_in_a_million_is_found() => Quick.AssertFails(new InverseCdf { Logistic = u => 0.7 + (0.400_000_4 * Math.Log(u / (1 - u))) });

    [Fact]
    public void An_angle_without_its_offset_is_found() => Quick.AssertFails(new InverseCdf { Cauchy = u => 0.7 + (0.4 * Math.Tan(Math.PI * u)) });

    [Fact]
    public void Cells_integrated_from_their_left_ends_alone_are_found() => Quick.AssertFails(new InverseCdf { CellMass = (left, _, h) => h * left });
}
