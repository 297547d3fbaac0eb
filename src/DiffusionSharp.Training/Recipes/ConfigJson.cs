using System.Text.Json;
using System.Text.Json.Serialization;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Reads and writes configurations: every key known, every value of its type, defaults for what is absent.</summary>
public static class ConfigJson
{
    internal static ConfigJsonContext Shared { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            Named<Prediction>(), Named<LossWeighting>(), Named<LevelDistribution>(), Named<RateCurve>(), Named<BlockKind>(), Named<ResamplingKind>(),
            Named<TimeEmbeddingKind>(), Named<InitializationScheme>(), Named<Precision>(), Named<WeightStorage>(),
        },
    });

    /// <summary>The configuration as indented JSON.</summary>
    public static string Write(RunConfig config) => JsonSerializer.Serialize(config, Shared.RunConfig) + "\n";

    /// <summary>Reads and checks a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="DataException">Not JSON, an unknown key, a value of another type or out of range.</exception>
    public static RunConfig Read(string json, string name)
    {
        json = WrittenSchedule.InWordsOfNow(json);
        try
        {
            var config = JsonSerializer.Deserialize(json, Shared.RunConfig) ?? throw new DataException($"{name}: a JSON object is expected, null was given.");

            // The parser passes over what it never writes; to a person it is one more key that does nothing.
            if (HasKey(json, "network")) throw new DataException($"{name}: unknown key 'network'; a network that is a function is given by the program, here it is 'ownNetwork' with its 'sampleShape'.");
            return config.Validated();
        }
        catch (JsonException error)
        {
            throw new DataException($"{name}: {ConfigMistakes.Explain(json, error)}");
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new DataException($"{name}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Reads a configuration file.</summary>
    /// <exception cref="DataException">It cannot be read, or as in <see cref="Read"/>.</exception>
    public static RunConfig ReadFile(string path)
    {
        string json;
        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: the configuration cannot be read: {error.Message}");
        }

        return Read(json, path);
    }

    /// <summary>The keys in which two configurations differ, as "key: one value, other value".</summary>
    public static IReadOnlyList<string> Differences(RunConfig one, RunConfig other)
    {
        var differences = new List<string>();
        Compare("", JsonSerializer.SerializeToElement(Spelled(one), Shared.RunConfig), JsonSerializer.SerializeToElement(Spelled(other), Shared.RunConfig), differences);
        return differences;

        // A default left out is the default written down.
        static RunConfig Spelled(RunConfig config) => config.Schedule is { } schedule ? config with { Schedule = schedule.Spelled() } : config;
    }

    private static bool HasKey(string json, string key)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return document.RootElement.TryGetProperty(key, out _);
    }

    // A number is no name: 7 would pass for a kind that does not exist.
    private static JsonStringEnumConverter<T> Named<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    private static void Compare(string path, JsonElement one, JsonElement other, List<string> differences)
    {
        if (one.ValueKind == JsonValueKind.Object && other.ValueKind == JsonValueKind.Object)
        {
            foreach (var key in one.EnumerateObject().Concat(other.EnumerateObject()).Select(p => p.Name).Distinct())
                Compare(path.Length == 0 ? key : $"{path}.{key}", one.TryGetProperty(key, out var a) ? a : default, other.TryGetProperty(key, out var b) ? b : default, differences);
            return;
        }

        // An absent key is no element, which DeepEquals does not take.
        var absent = one.ValueKind == JsonValueKind.Undefined || other.ValueKind == JsonValueKind.Undefined;
        if (absent || !JsonElement.DeepEquals(one, other)) differences.Add($"{path}: {Text(one)}, {Text(other)}");

        static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "absent" : value.GetRawText();
    }
}

/// <summary>Source-generated serialisation, so that trimming keeps every property.</summary>
[JsonSerializable(typeof(RunConfig))]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;
