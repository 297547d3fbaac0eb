using System.Text.RegularExpressions;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.House.Tests;

/// <summary>The pages that people read first say what is there.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Samples = Path.Combine(SharedFolder.Repository, "samples");

    /// <summary>Every page of the repository.</summary>
    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "docs"), "*.md", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(SharedFolder.Repository, "*.md"))
        .Select(f => Path.GetRelativePath(SharedFolder.Repository, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh.md")]
    [InlineData("docs/package-readme.md")]
    public void The_first_program_of_a_page_is_a_sample(string page)
    {
        var program = File.ReadLines(Path.Combine(Samples, "First.cs")).SkipWhile(l => l.StartsWith('#') || l.Length == 0);
        Assert.Equal(string.Join("\n", program), CSharp().Match(Read(page)).Groups[1].Value.Trim());
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh.md")]
    public void Every_sample_is_named_and_no_other(string page)
    {
        var there = Directory.EnumerateFiles(Samples, "*.cs").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);
        Assert.Equal(there, SampleNames().Matches(Read(page)).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_sample_has_sixty_lines_at_most() =>
        Assert.All(Directory.EnumerateFiles(Samples, "*.cs"), f => Assert.InRange(File.ReadAllLines(f).Length, 1, 60));

    [Fact]
    public void The_readme_in_Chinese_has_the_code_of_the_other()
    {
        Assert.Equal(Code("README.md"), Code("README.zh.md"));
        static IEnumerable<string> Code(string page) =>
            InlineCode().Matches(Blocks().Replace(Read(page), "")).Select(m => m.Value).Order(StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_link_leads_to_a_file_that_is_there(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(SharedFolder.Repository, page))!;
        var links = Links().Matches(Blocks().Replace(Read(page), "")).Select(m => m.Groups[1].Value + m.Groups[2].Value);
        Assert.All(links.Where(l => !l.Contains(':', StringComparison.Ordinal)), l => Assert.True(Path.Exists(Path.Combine(folder, l)), l));
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(SharedFolder.Repository, page));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"samples/([A-Za-z]+)\.cs")]
    private static partial Regex SampleNames();

    [GeneratedRegex(@"\]\(([^)#\s]+)|src=""([^""]+)""")]
    private static partial Regex Links();
}
