namespace DiffusionSharp.House.Tests;

/// <summary>A line can be read without turning one's head: a dense one is split by meaning.</summary>
public sealed class WidthTests
{
    private const int MostColumns = 160;

    public static TheoryData<string> Projects => HouseTests.Projects;

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_line_of_a_source_file_is_wider_than_160_columns(string project)
    {
        var files = Sources.Files.Where(f => f.Path.StartsWith($"src/{project}/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        var wide = (from file in files
                    from line in file.Lines.Index()
                    let columns = line.Item.EnumerateRunes().Count()
                    where columns > MostColumns
                    select $"{file.Path}:{line.Index + 1}: {columns} columns").ToList();
        Assert.True(wide.Count == 0, $"{wide.Count} lines are wider than {MostColumns} columns:\n{string.Join('\n', wide)}");
    }
}
