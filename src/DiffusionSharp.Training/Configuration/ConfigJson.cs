using System.Text.Json;
using System.Text.Json.Serialization;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Configuration;

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
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { Words<ScheduleKind>(), Words<Denoisers.Prediction>(), Words<Objectives.LossWeighting>(), Words<Objectives.LevelDistribution>(), Words<RateCurve>(), Words<BlockKind>(), Words<ResamplingKind>(), Words<TimeEmbeddingKind>(), Words<InitializationScheme>(), Words<Graphs.Execution.Precision>(), Words<WeightStorage>() },
    });

    /// <summary>The configuration as indented JSON.</summary>
    public static string Write(RunConfig config) => JsonSerializer.Serialize(config, Shared.RunConfig) + "\n";

    /// <summary>Reads and checks a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="DataException">Not JSON, an unknown key, a value of another type or out of range.</exception>
    public static RunConfig Read(string json, string name)
    {
        try
        {
            return (JsonSerializer.Deserialize(json, Shared.RunConfig) ?? throw new DataException($"{name}: a JSON object is expected, null was given.")).Validated();
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

    // A number is no name: 7 would pass for a kind that does not exist.
    private static JsonStringEnumConverter<T> Words<T>()
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
[JsonSerializable(typeof(CheckpointState))]
[JsonSerializable(typeof(MetricsLine))]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;

/// <summary>What a checkpoint remembers beside tensors. Randomness is counter-based: seed and step are all of its state.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seed">The run's.</param>
/// <param name="Position">Samples drawn from the data so far.</param>
/// <param name="SourceCount">Samples of the data; another number means another order.</param>
/// <param name="WindowLoss">Sum of the losses since the last line of metrics.</param>
/// <param name="WindowSteps">How many they are.</param>
public sealed record CheckpointState(int Step, ulong Seed, long Position, int SourceCount, double WindowLoss, int WindowSteps);

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Mean loss since the line before; null where the run diverged.</param>
/// <param name="GradientNorm">Norm of all gradients at this step, before clipping; null where it is not finite.</param>
/// <param name="Rate">Learning rate of this step.</param>
/// <param name="EmaDecay">Decay of the average of the weights at this step.</param>
/// <param name="SamplesPerSecond">Since the line before; wall time, so not the same in every run.</param>
/// <param name="Seconds">Spent on the run so far, the time in which it was stopped left out; wall time.</param>
public sealed record MetricsLine(int Step, double? Loss, double? GradientNorm, double Rate, double EmaDecay, double SamplesPerSecond, double Seconds);
