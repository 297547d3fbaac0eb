using System.Globalization;
using System.Text.RegularExpressions;
using DiffusionSharp.TestKit;
using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Reports;

namespace DiffusionSharp.Theory.Tests.Reports;

public sealed partial class CourseTests
{
    private static readonly string Course = Path.Combine(SharedFolder.Repository, "docs", "theory");

    public static TheoryData<string> Names => [.. ExperimentCatalog.All.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_experiment_has_its_code_where_it_says_and_a_page_in_two_languages_that_shows_its_figures(string name)
    {
        var experiment = ExperimentCatalog.All.Single(e => e.Name == name);
        Assert.True(File.Exists(Path.Combine(SharedFolder.Repository, ExperimentPlaces.Code(experiment))));
        var page = Path.Combine(SharedFolder.Repository, ExperimentPlaces.Page(experiment)!);
        foreach (var file in new[] { page, Path.Combine(Course, "zh", Path.GetFileName(page)) })
        {
            var text = File.ReadAllText(file);
            Assert.Contains($"figures/{name}-", text, StringComparison.Ordinal);
            Assert.Contains($"diffusion theory {name}", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_link_of_the_course_leads_somewhere_and_every_figure_is_shown()
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var page in Directory.EnumerateFiles(Course, "*.md", SearchOption.AllDirectories))
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value));
                Assert.True(Path.Exists(target), $"{Path.GetRelativePath(Course, page)} links to {link.Groups[1].Value}, which is not there.");
                shown.Add(Path.GetFileName(target));
            }
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Course, "figures")).Select(f => Path.GetFileName(f)).Except(shown));
    }

    [Fact]
    public void The_two_tables_of_contents_list_every_page_in_order()
    {
        string[] pages = [.. ExperimentCatalog.All.Select((e, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1:00}-{e.Name}.md"))];
        foreach (var contents in new[] { "README.md", Path.Combine("zh", "README.md") })
            Assert.Equal(pages, Link().Matches(File.ReadAllText(Path.Combine(Course, contents))).Select(m => m.Groups[1].Value).Where(l => char.IsAsciiDigit(l[0])));
    }

    [GeneratedRegex(@"\]\((?!https?:)([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();
}
