using System.Text;
using System.Text.Json;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Training.Configuration;

namespace DiffusionSharp.Training.Runs;

/// <summary>The lines of <c>metrics.jsonl</c>, appended as training goes and cut back where a run resumes.</summary>
public sealed class MetricsLog
{
    private static readonly ConfigJsonContext OneLine = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
    private readonly string path;

    /// <summary>Opens the log of a run at a step: lines after it, of a run that was stopped, are dropped.</summary>
    public MetricsLog(RunFolder folder, int step)
    {
        path = folder.MetricsFile;
        if (!File.Exists(path)) return;
        var kept = Read(path).Where(l => l.Step <= step).Select(Text);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(kept)));
    }

    /// <summary>All whole lines of a log; one that was cut off while being written is passed over.</summary>
    public static IReadOnlyList<MetricsLine> Read(string path)
    {
        var lines = new List<MetricsLine>();
        foreach (var text in File.ReadLines(path))
        {
            try
            {
                if (JsonSerializer.Deserialize(text, OneLine.MetricsLine) is { } line) lines.Add(line);
            }
            catch (JsonException)
            {
                // The last line of a killed run; its step will be done again.
            }
        }

        return lines;
    }

    /// <summary>Appends a line.</summary>
    public void Append(MetricsLine line) => File.AppendAllText(path, Text(line));

    private static string Text(MetricsLine line) => JsonSerializer.Serialize(line, OneLine.MetricsLine) + "\n";
}
