using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.House.Tests;

public sealed partial class HouseTests
{
    // The map: an arrow means "may reference"; there are no others.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["DiffusionSharp.Tensors"] = [],
        ["DiffusionSharp.Graphs"] = ["DiffusionSharp.Tensors"],
        ["DiffusionSharp.Cpu"] = ["DiffusionSharp.Graphs"],
        ["DiffusionSharp.Networks"] = ["DiffusionSharp.Graphs"],
        ["DiffusionSharp.Core"] = ["DiffusionSharp.Tensors"],
        ["DiffusionSharp.Data"] = ["DiffusionSharp.Tensors"],
        ["DiffusionSharp.Figures"] = ["DiffusionSharp.Tensors", "DiffusionSharp.Data"],
        ["DiffusionSharp.Training"] = ["DiffusionSharp.Networks", "DiffusionSharp.Core", "DiffusionSharp.Data", "DiffusionSharp.Figures"],
        ["DiffusionSharp"] = ["DiffusionSharp.Training", "DiffusionSharp.Cpu"],
        ["DiffusionSharp.Stochastics"] = ["DiffusionSharp.Core"],
        ["DiffusionSharp.Theory"] = ["DiffusionSharp.Stochastics", "DiffusionSharp.Figures", "DiffusionSharp"],
        ["DiffusionSharp.Cli"] = Libraries(),

        // What runs in a browser stands on the libraries, never on the command line.
        ["DiffusionSharp.Studio"] = Libraries(),
    };

    public static TheoryData<string> Projects => [.. Sources.Projects.Keys.Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_where_the_map_has_an_arrow(string project)
    {
        Assert.True(Arrows.ContainsKey(project), $"{project} is not on the map.");
        var references = Sources.Projects[project].Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(Arrows[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_has_tests_and_both_are_in_the_solution(string project)
    {
        var solution = XDocument.Load(Path.Combine(SharedFolder.Repository, "DiffusionSharp.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value.Replace('\\', '/')).ToList();
        Assert.Contains($"src/{project}/{project}.csproj", solution);
        Assert.Contains($"tests/{project}.Tests/{project}.Tests.csproj", solution);
        var tests = Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "tests", $"{project}.Tests"), "*.cs", SearchOption.AllDirectories);
        Assert.Contains(tests, f => File.ReadAllText(f).Contains("[Fact", StringComparison.Ordinal) || File.ReadAllText(f).Contains("[Theory", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_of_the_repository_is_in_the_solution()
    {
        var solution = XDocument.Load(Path.Combine(SharedFolder.Repository, "DiffusionSharp.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value.Replace('\\', '/'));
        var files = new[] { "src", "tests" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, f), "*.csproj", SearchOption.AllDirectories));
        Assert.Empty(files.Select(f => Path.GetRelativePath(SharedFolder.Repository, f).Replace('\\', '/')).Except(solution));
    }

    [Fact]
    public void Unsafe_code_and_intrinsics_live_with_the_kernels_only()
    {
        AssertNowhere(UnsafeCode(), Sources.Code, except: "src/DiffusionSharp.Cpu/");
        var allowing = Sources.Projects.Where(p => p.Value.Descendants("AllowUnsafeBlocks").Any(e => e.Value == "true")).Select(p => p.Key);
        Assert.Equal(["DiffusionSharp.Cpu"], allowing);
    }

    // What the planner and the summaries must know of an operation, it says of itself.
    [Fact]
    public void The_planner_and_the_summaries_name_no_operation()
    {
        string[] others = ["src/DiffusionSharp.Graphs/Operations/Sources.cs", "src/DiffusionSharp.Graphs/Operations/WeightUpdate.cs"];
        var operations = Sources.Files
            .Where(f => f.Path.StartsWith("src/DiffusionSharp.Graphs/Operations/", StringComparison.Ordinal) && !others.Contains(f.Path))
            .SelectMany(f => f.Lines.Select(line => SealedRecord().Match(line)).Where(m => m.Success).Select(m => m.Groups[1].Value))
            .Except(["Pack", "BroadcastTo"]) // Steps that only the planner makes: weights packed once, and copies.
            .ToList();
        Assert.Contains("GroupNormApply", operations);
        Assert.Contains("AdamUpdate", operations);
        var named = new Regex($@"(\b(is|or|not|case|new) |[<(])({string.Join('|', operations)})\b");
        string[] knowing = ["src/DiffusionSharp.Graphs/Planning/", "src/DiffusionSharp.Graphs/Execution/", "src/DiffusionSharp.Graphs/CompiledGraph.cs", "src/DiffusionSharp.Networks/Inspection/"];
        var found = from file in Sources.Files
                    where knowing.Any(k => file.Path.StartsWith(k, StringComparison.Ordinal))
                    from line in file.Lines.Index()
                    where named.IsMatch(Sources.Code(line.Item))
                    select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";
        Assert.Empty(found);
    }

    [Fact]
    public void No_public_type_is_named_like_another_of_ours()
    {
        var types = Sources.Projects.Values.Zip(Sources.Projects.Keys, (project, name) => project.Descendants("AssemblyName").SingleOrDefault()?.Value ?? name)
            .SelectMany(name => Assembly.Load(name).GetExportedTypes()).Where(t => !t.IsNested).ToList();
        Assert.NotEmpty(types);
        Assert.Empty(types.GroupBy(t => t.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => string.Join(", ", g.Select(t => t.FullName))));
    }

    [Fact]
    public void Nothing_is_left_to_do() => AssertNowhere(Unfinished(), line => line, except: null);

    [Fact]
    public void The_console_belongs_to_the_command_line() => AssertNowhere(ConsoleUse(), Sources.Code, except: "src/DiffusionSharp.Cli/");

    [Fact]
    public void A_class_is_abstract_sealed_or_static() => AssertNowhere(OpenClass(), Sources.Code, except: null);

    [Fact]
    public void Every_project_of_src_is_optimised_in_every_configuration()
    {
        var common = XDocument.Load(Path.Combine(SharedFolder.Repository, "src", "Directory.Build.props"));
        var setting = Assert.Single(common.Descendants("Optimize"));
        Assert.Equal("true", setting.Value);
        Assert.All(setting.AncestorsAndSelf(), e => Assert.Null(e.Attribute("Condition")));
        Assert.All(Sources.Projects, p => Assert.Empty(p.Value.Descendants("Optimize")));

        // What this very run was built with, whichever configuration that is.
        var built = Directory.GetFiles(AppContext.BaseDirectory, "DiffusionSharp.*.dll").Select(Path.GetFileNameWithoutExtension).Intersect(Sources.Projects.Keys).ToList();
        Assert.Contains("DiffusionSharp.Tensors", built);
        Assert.All(built, name => Assert.NotEqual(true, Assembly.Load(name!).GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled));
    }

    private static string[] Libraries() =>
    [
        "DiffusionSharp.Tensors", "DiffusionSharp.Graphs", "DiffusionSharp.Cpu", "DiffusionSharp.Networks", "DiffusionSharp.Core", "DiffusionSharp.Data",
        "DiffusionSharp.Figures", "DiffusionSharp.Training", "DiffusionSharp", "DiffusionSharp.Stochastics", "DiffusionSharp.Theory",
    ];

    private static void AssertNowhere(Regex pattern, Func<string, string> read, string? except)
    {
        var found = from file in Sources.Files
                    where except is null || !file.Path.StartsWith(except, StringComparison.Ordinal)
                    from line in file.Lines.Index()
                    where pattern.IsMatch(read(line.Item))
                    select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";
        Assert.Empty(found);
    }

    [GeneratedRegex(@"\bunsafe\b|System\.Runtime\.Intrinsics|\bMemoryMarshal\b|\bUnsafe\.|\bVector(128|256|512)\b")]
    private static partial Regex UnsafeCode();

    [GeneratedRegex(@"^public sealed record (\w+)")]
    private static partial Regex SealedRecord();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<!\.)\bConsole\.")]
    private static partial Regex ConsoleUse();

    [GeneratedRegex(@"^\s*((public|internal|private|protected|file)\s+)*(unsafe\s+|partial\s+)*(class|record)\s+\w")]
    private static partial Regex OpenClass();
}
