using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Reads and writes configurations: every key known, every value of its type, defaults for what is absent.</summary>
public static class ConfigJson
{
    internal static JsonSerializerOptions Options { get; } = new()
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
        TypeInfoResolver = new Resolver(),
    };

    private static JsonTypeInfo<Draft<RunConfig>> Flat { get; } = (JsonTypeInfo<Draft<RunConfig>>)Options.GetTypeInfo(typeof(Draft<RunConfig>));

    /// <summary>The configuration as indented JSON.</summary>
    /// <param name="config">Valid; a function that is its network is not written.</param>
    public static string Write(RunConfig config) => JsonSerializer.Serialize(new Draft<RunConfig>(config), Flat) + "\n";

    /// <summary>Reads and checks a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="DataException">Not JSON, an unknown key, a value of another type or out of range.</exception>
    public static RunConfig Read(string json, string name)
    {
        json = WrittenSchedule.InWordsOfNow(json);
        try
        {
            var read = JsonSerializer.Deserialize(json, Flat) ?? throw new DataException($"{name}: a JSON object is expected, null was given.");
            return read.Value.Validated();
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
    /// <param name="path">A <c>config.json</c>, or one by hand.</param>
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
    /// <param name="one">Whose values come first.</param>
    /// <param name="other">Whose values come second.</param>
    public static IReadOnlyList<string> Differences(RunConfig one, RunConfig other)
    {
        var differences = new List<string>();
        Compare("", Element(one), Element(other), differences);
        return differences;

        // A default left out is the default written down.
        static JsonElement Element(RunConfig config) =>
            JsonSerializer.SerializeToElement(
                new Draft<RunConfig>(config.Schedule is { } schedule ? config with { Schedule = schedule.Spelled() } : config), Flat);
    }

    /// <summary>How a type is read; null where none is in a configuration.</summary>
    internal static JsonTypeInfo? Info(Type type) => Options.TryGetTypeInfo(type, out var info) ? info : null;

    // A number is no name: 7 would pass for a kind that does not exist.
    private static JsonStringEnumConverter<T> Named<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    private static void Compare(string path, JsonElement one, JsonElement other, List<string> differences)
    {
        if (one.ValueKind == JsonValueKind.Object && other.ValueKind == JsonValueKind.Object)
        {
            foreach (var key in one.EnumerateObject().Concat(other.EnumerateObject()).Select(p => p.Name).Distinct())
                Compare(
                    path.Length == 0 ? key : $"{path}.{key}",
                    one.TryGetProperty(key, out var a) ? a : default,
                    other.TryGetProperty(key, out var b) ? b : default,
                    differences);
            return;
        }

        // An absent key is no element, which DeepEquals does not take.
        var absent = one.ValueKind == JsonValueKind.Undefined || other.ValueKind == JsonValueKind.Undefined;
        if (absent || !JsonElement.DeepEquals(one, other)) differences.Add($"{path}: {Text(one)}, {Text(other)}");

        static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "absent" : value.GetRawText();
    }

    // What is grouped in the program and flat in a file, then all that is generated.
    private sealed class Resolver : IJsonTypeInfoResolver
    {
        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
        {
            if (type == typeof(Draft<RunConfig>)) return Draft<RunConfig>.Json(options, () => new RunConfig("", ""), RunConfigFile.Keys);
            if (type == typeof(Draft<UNet2DOptions>)) return Draft<UNet2DOptions>.Json(options, () => new UNet2DOptions(), UNetFile.Keys);
            return ((IJsonTypeInfoResolver)ConfigJsonContext.Default).GetTypeInfo(type, options);
        }
    }
}

/// <summary>Source-generated serialisation of all that is a value in a configuration, so that trimming keeps every property.</summary>
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Prediction))]
[JsonSerializable(typeof(LossWeighting))]
[JsonSerializable(typeof(RateCurve))]
[JsonSerializable(typeof(Precision))]
[JsonSerializable(typeof(WeightStorage))]
[JsonSerializable(typeof(TimeEmbeddingKind))]
[JsonSerializable(typeof(ResamplingKind))]
[JsonSerializable(typeof(InitializationScheme))]
[JsonSerializable(typeof(IReadOnlyList<BlockKind>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
[JsonSerializable(typeof(MlpOptions))]
[JsonSerializable(typeof(ScheduleConfig))]
[JsonSerializable(typeof(AdamOptions))]
[JsonSerializable(typeof(EmaOptions))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, EmaOptions>))]
[JsonSerializable(typeof(LevelConfig))]
[JsonSerializable(typeof(PreconditioningConfig))]
[JsonSerializable(typeof(LearnedVarianceConfig))]
[JsonSerializable(typeof(ConditioningConfig))]
[JsonSerializable(typeof(OwnNetworkConfig))]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;
