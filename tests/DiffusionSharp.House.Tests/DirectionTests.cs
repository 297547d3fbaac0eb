using System.Text.RegularExpressions;

namespace DiffusionSharp.House.Tests;

/// <summary>Inside a project too, folders know each other one way.</summary>
public sealed partial class DirectionTests
{
    private const string Training = "DiffusionSharp.Training";

    // Recipes ← Objectives ← Steps ← Runs; models stand on recipes alone, and evaluation on what it measures.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["DiffusionSharp"] = [],
        ["Recipes"] = ["DiffusionSharp"],
        ["Objectives"] = ["Recipes", "DiffusionSharp"],
        ["Models"] = ["Recipes", "DiffusionSharp"],
        ["Steps"] = ["Recipes", "Objectives", "Models", "DiffusionSharp"],
        ["Runs"] = ["Recipes", "Objectives", "Models", "Steps", "DiffusionSharp"],
        ["Evaluation"] = ["Recipes", "Objectives", "Models", "Steps", "DiffusionSharp"],
    };

    // Folders that know each other both ways, each with its reason.
    private static readonly Dictionary<(string, string), string> BothWays = new()
    {
        [("DiffusionSharp", "DiffusionSharp.Data.Sources")] = "DataSource opens what it is the base of",
        [("DiffusionSharp.Graphs", "DiffusionSharp.Graphs.Operations")] = "a node has an operation, and an operation is given nodes",
        [("DiffusionSharp.Networks", "DiffusionSharp.Networks.Layers")] = "layers read the options of the network that they are part of",
    };

    public static TheoryData<string> Projects => [.. Sources.Projects.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Training_goes_one_way()
    {
        var known = Uses(Training).Select(u => (From: Short(u.From), To: Short(u.To), u.File)).ToList();
        Assert.NotEmpty(known);
        Assert.Empty(known.Where(u => !Arrows[u.From].Contains(u.To)).Select(u => $"{u.File}: {u.From} knows {u.To}"));
        static string Short(string space) => space.Split('.')[^1];
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_two_folders_of_a_project_know_each_other_both_ways(string project)
    {
        var uses = Uses(project).ToList();
        var arrows = uses.Select(u => (u.From, u.To)).ToHashSet();
        var both = arrows.Where(a => string.CompareOrdinal(a.From, a.To) < 0 && arrows.Contains((a.To, a.From)) && !BothWays.ContainsKey(a));
        var found = both.Select(a => $"{a.From} and {a.To}: {Files(a.From, a.To)}; {Files(a.To, a.From)}").ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
        string Files(string from, string to) => string.Join(", ", uses.Where(u => (u.From, u.To) == (from, to)).Select(u => u.File.Split('/')[^1]).Distinct());
    }

    [Fact]
    public void What_is_let_through_is_there()
    {
        var arrows = Sources.Projects.Keys.SelectMany(Uses).Select(u => (u.From, u.To)).ToHashSet();
        Assert.All(BothWays.Keys, pair => Assert.True(arrows.Contains(pair) && arrows.Contains((pair.Item2, pair.Item1)), $"{pair} goes one way by now."));
    }

    // Which namespace of a project knows which other, and where: by using, by a qualified name, or, of a namespace around it, by the name of a type.
    private static IEnumerable<(string From, string To, string File)> Uses(string project)
    {
        var files = Sources.Files.Where(f => f.Path.StartsWith($"src/{project}/", StringComparison.Ordinal) && f.Path.EndsWith(".cs", StringComparison.Ordinal))
            .Select(f => (f.Path, Code: string.Join('\n', f.Lines.Select(Sources.Code))))
            .Select(f => (f.Path, Space: Declared().Match(f.Code).Groups[1].Value, f.Code)).ToList();
        var types = files.GroupBy(f => f.Space).ToDictionary(g => g.Key, g => g.SelectMany(f => Types().Matches(f.Code).Select(m => m.Groups[1].Value)).ToHashSet());
        foreach (var (path, from, code) in files)
        {
            var words = Words().Matches(code).Select(m => m.Value).ToHashSet();
            foreach (var (to, declared) in types)
            {
                if (to == from) continue;
                var around = from.StartsWith(to + ".", StringComparison.Ordinal) && words.Overlaps(declared);
                if (around || Usings(code).Contains(to) || Qualified(to, from).IsMatch(code)) yield return (from, to, path);
            }
        }
    }

    private static HashSet<string> Usings(string code) => [.. Using().Matches(code).Select(m => m.Groups[1].Value)];

    // From its whole name down to what a file of the namespace may leave out.
    private static Regex Qualified(string to, string from)
    {
        var parts = to.Split('.');
        var shared = parts.Zip(from.Split('.')).TakeWhile(p => p.First == p.Second).Count();
        var names = Enumerable.Range(0, Math.Min(shared, parts.Length - 1) + 1).Select(i => Regex.Escape(string.Join('.', parts[i..])));
        return new Regex($@"(?<![\w.])({string.Join('|', names)})\.[A-Z]\w*(?=[\s.(<,)\]])");
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^(?:(?:public|internal|abstract|sealed|static|readonly|partial|unsafe|ref) )+(?:record struct|record|class|struct|interface|enum|delegate [\w<>?]+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Words();
}
