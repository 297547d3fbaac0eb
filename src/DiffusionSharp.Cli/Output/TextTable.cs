using System.Text;

namespace DiffusionSharp.Cli.Output;

/// <summary>Rows in columns as wide as their widest text; the last column runs free, or is wrapped.</summary>
internal sealed class TextTable
{
    private const string Between = "  ";

    // A last column narrower than this is better read on lines that run over.
    private const int LeastWrapped = 24;

    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    /// <summary>Writes the rows.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="width">Columns of the whole, to which the last column is wrapped; null: one line for each row.</param>
    public void Write(TextWriter output, int? width = null)
    {
        if (rows.Count == 0) return;
        var columns = rows.Max(r => r.Length);
        var widths = new int[columns];
        foreach (var row in rows)
            for (var c = 0; c < row.Length; c++) widths[c] = Math.Max(widths[c], row[c].Length);
        var before = widths[..^1].Sum(w => w + Between.Length);
        foreach (var row in rows)
        {
            if (row.Length == columns && width is { } room && room - before >= LeastWrapped)
            {
                foreach (var (i, part) in Lines.Wrap(row[^1], room - before).Index())
                    output.WriteLine((i == 0 ? Head(row, columns - 1, widths) : new string(' ', before)) + part);
            }
            else
            {
                output.WriteLine(Head(row, row.Length, widths).TrimEnd());
            }
        }
    }

    private static string Head(string[] row, int cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var c = 0; c < cells; c++) line.Append(row[c].PadRight(widths[c])).Append(Between);
        return line.ToString();
    }
}
