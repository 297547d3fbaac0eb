using System.Globalization;
using System.Text.Json;
using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>What the phases of the study leave for each other: a result is a JSON file, written last and whole, so what is there is done.</summary>
internal sealed class StudyFolder(string path)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>The run of a model.</summary>
    public string Run(string model) => In("runs", model);

    /// <summary>Samples of a model at a budget: <c>.npy</c>, <c>.png</c>, <c>.json</c>.</summary>
    public string Samples(string model, int budget, string extension) => In("samples", $"{model}-{budget.ToString(CultureInfo.InvariantCulture)}{extension}");

    public string In(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A result, or null where it is not there.</summary>
    public T? Read<T>(params string[] parts)
        where T : class
    {
        var file = In(parts);
        return File.Exists(file) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json) : null;
    }

    public void Write<T>(T value, params string[] parts) => AtomicFile.Write(In(parts), JsonSerializer.SerializeToUtf8Bytes(value, Json));

    /// <summary>The result that is there, or the one that is made and written now.</summary>
    public T Once<T>(Func<T> make, params string[] parts)
        where T : class
    {
        if (Read<T>(parts) is { } there)
        {
            StudyLog.Line($"{string.Join('/', parts)} is there: passed over");
            return there;
        }

        var made = make();
        Write(made, parts);
        return made;
    }
}
