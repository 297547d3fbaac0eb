using System.Text;

namespace DiffusionSharp.Cli.Output;

/// <summary>Rows in columns as wide as their widest text; the last column runs free.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Write(TextWriter output)
    {
        if (rows.Count == 0) return;
        var columns = rows.Max(r => r.Length);
        var widths = new int[columns];
        foreach (var row in rows)
            for (var c = 0; c < row.Length; c++) widths[c] = Math.Max(widths[c], row[c].Length);
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var c = 0; c < row.Length; c++) line.Append(row[c].PadRight(widths[c])).Append("  ");
            output.WriteLine(line.ToString().TrimEnd());
        }
    }
}
