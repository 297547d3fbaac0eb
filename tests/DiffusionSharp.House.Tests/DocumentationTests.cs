using System.Reflection;
using System.Xml.Linq;

namespace DiffusionSharp.House.Tests;

/// <summary>Who calls something of ours reads what each of its parameters means.</summary>
public sealed class DocumentationTests
{
    public static TheoryData<string> Projects => HouseTests.Projects;

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_parameter_that_is_seen_from_outside_is_explained(string project)
    {
        var name = Sources.Projects[project].Descendants("AssemblyName").SingleOrDefault()?.Value ?? project;
        var unexplained = ParameterComments.Unexplained(Assembly.Load(name));
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} parameters have no <param> with words in it:\n{string.Join('\n', unexplained)}");
    }

    [Theory]
    [InlineData("<member><param name='x'>Mean, in data units.</param></member>", true)]
    [InlineData("<member><param name='x'><see cref='T:System.Int32'/></param></member>", true)]
    [InlineData("<member><param name='x'></param></member>", false)]
    [InlineData("<member><param name='x'> – </param></member>", false)]
    [InlineData("<member><param name='x'>The x.</param></member>", false)]
    [InlineData("<member><param name='x'>Where.</param></member>", false)]
    [InlineData("<member><param name='y'>Mean.</param></member>", false)]
    [InlineData("<member><summary>Of x.</summary></member>", false)]
    public void An_explanation_has_words_other_than_the_name(string comment, bool explained) =>
        Assert.Equal(explained, ParameterComments.Explains(XElement.Parse(comment), "x"));

    [Fact]
    public void Comments_are_found_by_the_names_that_the_compiler_gives_them()
    {
        var comments = XDocument.Load(Path.ChangeExtension(typeof(CommentSubject).Assembly.Location, ".xml"));
        var written = comments.Descendants("member").Select(m => m.Attribute("name")!.Value).ToHashSet();
        var members = ParameterComments.Members(typeof(CommentSubject)).ToList();
        Assert.Equal([".ctor", "Bare", "Compare", "Generic", "Item", "Scale"], members.Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.All(members, m => Assert.Contains(ParameterComments.Id(m), written));
    }

    [Fact]
    public void What_is_inherited_is_read_where_it_was_written() => Assert.Equal(
        [
            "DiffusionSharp.House.Tests.CommentSubject.Bare: step",
            "DiffusionSharp.House.Tests.CommentSubject.Generic: by",
        ],
        ParameterComments.Unexplained([typeof(CommentSubject)]).Order(StringComparer.Ordinal));
}
