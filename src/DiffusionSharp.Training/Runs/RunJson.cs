using System.Text.Json;
using System.Text.Json.Serialization;

namespace DiffusionSharp.Training.Runs;

/// <summary>How what a run keeps beside tensors is written; source-generated, so that trimming keeps every property.</summary>
[JsonSerializable(typeof(CheckpointState))]
[JsonSerializable(typeof(MetricsLine))]
internal sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>A file of its own: strict and indented.</summary>
    public static RunJson Whole { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    });

    /// <summary>A line of many; keys of later versions are passed over.</summary>
    public static RunJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
