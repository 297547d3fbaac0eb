using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Reports;

/// <summary>Results as JSON for programs; a number that is not finite becomes null.</summary>
internal static partial class ResultsFile
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(ReportHeader header, IReadOnlyList<ExperimentResult> results)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("seed", header.Seed);
            writer.WriteBoolean("quick", header.Quick);
            writer.WriteNumber("asked", header.Asked);
            writer.WriteBoolean("complete", results.Count == header.Asked);
            writer.WriteBoolean("passed", results.Count == header.Asked && results.All(r => r.Passed));
            writer.WriteStartArray("experiments");
            foreach (var result in results) Write(writer, result);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>The files of the figures that results on the disk name; none where there are no such results or the file is something else.</summary>
    public static List<string> FiguresOf(string path)
    {
        if (!File.Exists(path)) return [];
        try
        {
            using var results = JsonDocument.Parse(File.ReadAllBytes(path));
            var named = from experiment in results.RootElement.GetProperty("experiments").EnumerateArray()
                        from figure in experiment.GetProperty("figures").EnumerateArray()
                        select figure.GetProperty("file").GetString() ?? "";
            return [.. named.Where(f => FigureName().IsMatch(f))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    // A name beside the results, never a path elsewhere.
    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\.svg\z")]
    private static partial Regex FigureName();

    private static void Write(Utf8JsonWriter writer, ExperimentResult result)
    {
        var experiment = result.Experiment;
        writer.WriteStartObject();
        writer.WriteString("name", experiment.Name);
        writer.WriteString("title", experiment.Title);
        writer.WriteBoolean("passed", result.Passed);
        if (result.Failure is { } failure) writer.WriteString("failure", failure);
        writer.WriteString("claim", experiment.Claim);
        Texts(writer, "formula", experiment.Formula);
        Texts(writer, "sources", experiment.Sources);
        writer.WriteString("code", ExperimentPlaces.Code(experiment));
        writer.WriteStartArray("checks");
        foreach (var check in result.Checks)
        {
            writer.WriteStartObject();
            writer.WriteString("what", check.What);
            Number(writer, "measured", check.Measured);
            writer.WriteString("relation", check.Relation switch { Relation.Equal => "equal", Relation.AtMost => "atMost", _ => "atLeast" });
            Number(writer, "expected", check.Expected);
            Number(writer, "tolerance", check.Tolerance.Value);
            writer.WriteString("reason", check.Tolerance.Reason);
            writer.WriteBoolean("passed", check.Passed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("values");
        foreach (var value in result.Values)
        {
            writer.WriteStartObject();
            writer.WriteString("what", value.What);
            Number(writer, "value", value.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("figures");
        foreach (var figure in result.Figures)
        {
            writer.WriteStartObject();
            writer.WriteString("file", figure.File);
            writer.WriteString("caption", figure.Caption);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
