using System.Globalization;
using System.Text.RegularExpressions;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests;

public sealed partial class EveryExperimentTests
{
    public static TheoryData<string> Names => [.. ExperimentCatalog.All.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_claim_holds_at_the_quick_size(string name)
    {
        var result = ExperimentCatalog.All.Single(e => e.Name == name).Run(Quick.Context());
        Assert.True(result.Passed, result.Failure ?? string.Join("; ", result.Checks.Where(c => !c.Passed)));
        Assert.NotEmpty(result.Figures);

        // Across the panels of a figure a name in a legend has one colour.
        foreach (var figure in result.Figures)
            Assert.All(Entry().Matches(figure.Svg).GroupBy(m => m.Groups["name"].Value, m => m.Groups["color"].Value), e => Assert.Single(e.Distinct()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_bytes_at_any_number_of_threads_and_in_any_culture(string name)
    {
        var experiment = ExperimentCatalog.All.Single(e => e.Name == name);
        using var two = new Parallelism(2);
        var first = experiment.Run(Quick.Context(seed: 7));
        var culture = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
        CultureInfo.CurrentCulture = comma;
        try
        {
            var second = experiment.Run(Quick.Context(seed: 7) with { Executor = Executors.Cpu(two) });
            Assert.Equal(first.Checks, second.Checks);
            Assert.Equal(first.Values, second.Values);
            Assert.Equal(first.Figures, second.Figures);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    // One line of the drawing: the sign in its colour, over a map on a ground, then the name.
    [GeneratedRegex("""^(?:<rect [^>]*rx="2"[^>]*/>)?<(?:path|circle|rect) [^>]*?(?:stroke|fill)="(?<color>#[^"]+)"[^>]*/>(?:<circle [^>]*/>)?<text [^>]*>(?<name>[^<]*)</text>""", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
