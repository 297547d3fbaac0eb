using System.Text;
using System.Text.Json;
using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Training.Runs;

/// <summary>The lines of <c>metrics.jsonl</c>, appended as training goes and cut back where a run resumes; in memory alone where a run has no folder.</summary>
public sealed class MetricsLog
{
    private readonly string? path;
    private readonly List<MetricsLine> lines = [];

    /// <summary>Opens the log of a run at a step: lines after it, of a run that was stopped, are dropped.</summary>
    /// <param name="folder">The run's; null keeps the lines in memory.</param>
    /// <param name="step">Steps done.</param>
    public MetricsLog(RunFolder? folder, int step)
    {
        path = folder?.MetricsFile;
        if (!File.Exists(path)) return;
        lines.AddRange(Read(path).Where(l => l.Step <= step));
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(lines.Select(Text))));
    }

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<MetricsLine> Lines => lines;

    /// <summary>All lines of a log; a last one that was cut off while being written is passed over.</summary>
    /// <param name="path">A <c>metrics.jsonl</c>.</param>
    /// <exception cref="DataException">A line before the last is damaged.</exception>
    public static IReadOnlyList<MetricsLine> Read(string path)
    {
        var lines = new List<MetricsLine>();
        var texts = File.ReadAllLines(path);
        for (var i = 0; i < texts.Length; i++)
        {
            try
            {
                if (JsonSerializer.Deserialize(texts[i], RunJson.Line.MetricsLine) is { } line) lines.Add(line);
            }
            catch (JsonException error)
            {
                // The last line of a killed run is cut off; its step will be done again.
                if (i < texts.Length - 1) throw new DataException($"{path}: line {i + 1} is damaged: {error.Message.ReplaceLineEndings(" ")}");
            }
        }

        return lines;
    }

    /// <summary>Appends a line, flushed to the disk: a checkpoint written after it never outlives it.</summary>
    /// <param name="line">Of a later step than those before it.</param>
    public void Append(MetricsLine line)
    {
        lines.Add(line);
        if (path is null) return;
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(Encoding.UTF8.GetBytes(Text(line)));
        file.Flush(flushToDisk: true);
    }

    private static string Text(MetricsLine line) => JsonSerializer.Serialize(line, RunJson.Line.MetricsLine) + "\n";
}
