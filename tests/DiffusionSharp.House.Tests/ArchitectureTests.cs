using System.Text.RegularExpressions;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.House.Tests;

/// <summary>The page that leads a newcomer through the code names rooms that are there.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedFolder.Repository, "docs", "architecture.md"));

    /// <summary>The parts of the page that are walks: their stops are numbered.</summary>
    public static TheoryData<string> Walks => [.. Parts().Where(p => Stops().IsMatch(p.Value)).Select(p => p.Key)];

    [Fact]
    public void There_are_three_walks() => Assert.Equal(3, Walks.Count);

    [Theory]
    [MemberData(nameof(Walks))]
    public void A_walk_passes_rooms_that_are_there_and_none_twice(string walk)
    {
        var rooms = Stops().Matches(Parts()[walk]).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(Numbers().Count(Parts()[walk]), rooms.Count);
        Assert.All(rooms, room => Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, room), "*.cs")));
        Assert.Equal(rooms.Distinct(), rooms);
    }

    private static Dictionary<string, string> Parts() => Headings().Split(Page).Skip(1).Select(p => p.Split('\n', 2)).ToDictionary(p => p[0], p => p[1]);

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"^\d+\. \[`(src/[\w./]+)`\]", RegexOptions.Multiline)]
    private static partial Regex Stops();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.Multiline)]
    private static partial Regex Numbers();
}
