using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class ItoAndStratonovichTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Only_the_middle_of_the_intervals_gives_the_ordinary_chain_rule(double point) => Quick.AssertFails(new ItoAndStratonovich { Point = point });

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void The_second_order_term_of_the_formula_is_needed(double factor) => Quick.AssertFails(new ItoAndStratonovich { ItoTerm = factor });

    [Fact]
    public void A_scheme_without_the_double_integral_is_not_of_strong_order_one() => Quick.AssertFails(new ItoAndStratonovich { StrongScheme = new EulerMaruyama() });

    [Fact]
    public void A_scheme_of_the_other_reading_goes_elsewhere() => Quick.AssertFails(new ItoAndStratonovich { StrongScheme = new StratonovichHeun() });
}
