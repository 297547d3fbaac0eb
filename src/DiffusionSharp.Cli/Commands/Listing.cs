using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Commands;

/// <summary>A list in the forms for people and for programs.</summary>
/// <param name="list">Its name.</param>
/// <param name="columns">Heads of the columns, the name first.</param>
internal sealed class Listing(string list, params string[] columns)
{
    // More names than these are a list, not a message.
    private const int MostNamed = 15;

    private readonly List<(string[] Cells, (string Key, object? Value)[] Members, (string Head, string Text)[] More)> entries = [];

    /// <summary>The names in it.</summary>
    public IEnumerable<string> Names => entries.Select(e => e.Cells[0]);

    /// <summary>Adds a row, its object, and what is shown of it alone.</summary>
    public void Add(string[] cells, (string Key, object? Value)[] members, params (string Head, string Text)[] more) =>
        entries.Add((cells, members, more));

    /// <summary>The list of one entry.</summary>
    /// <exception cref="UsageException">There is none of this name.</exception>
    public Listing Only(string name)
    {
        var only = new Listing(list, columns);
        only.entries.AddRange(entries.Where(e => string.Equals(e.Cells[0], name, StringComparison.OrdinalIgnoreCase)));
        if (only.entries.Count > 0) return only;
        var there = entries.Count > MostNamed ? $"'diffusion list {list}' names all {entries.Count}" : $"there are {string.Join(", ", Names)}";
        throw new UsageException($"list {list}: {DidYouMean.Unknown(name, Names, there)}");
    }

    /// <summary>One row for each.</summary>
    public void WriteTable(TextWriter output, int? width)
    {
        var table = new TextTable();
        table.Add(columns);
        foreach (var entry in entries) table.Add(entry.Cells);
        table.Write(output, width);
    }

    /// <summary>One line for each thing known of one entry.</summary>
    public void WriteWhole(TextWriter output, int? width)
    {
        var table = new TextTable();
        foreach (var (cells, _, more) in entries)
        {
            foreach (var (head, cell) in columns.Zip(cells)) table.Add(head, cell);
            foreach (var (head, text) in more) table.Add(head, text);
        }

        table.Write(output, width);
    }

    /// <summary>One object a line for each.</summary>
    public void WriteJson(TextWriter output)
    {
        foreach (var entry in entries) output.WriteLine(JsonLine.Of(entry.Members));
    }
}
