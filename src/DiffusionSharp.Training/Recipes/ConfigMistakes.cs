using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Says what is wrong in a configuration. The parser speaks of .NET types; a person who wrote a file wants the key, the line and the mend.</summary>
internal static class ConfigMistakes
{
    private const int LongestText = 60;

    /// <summary>One line for what the parser refused.</summary>
    /// <param name="json">The text it read.</param>
    /// <param name="error">What it says.</param>
    public static string Explain(string json, JsonException error)
    {
        var at = error.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1})") : "";
        if (error.Message.Contains("could not be mapped", StringComparison.Ordinal)) return Unmapped(json, error) + $"{at}.";
        if (error.Message.Contains("missing required properties", StringComparison.Ordinal))
            return $"needed keys are missing: {error.Message[(error.Message.IndexOf(':', StringComparison.Ordinal) + 2)..]}";
        if (error.Message.Contains("uplicate", StringComparison.Ordinal)) return $"the key {Quoted(error.Message)} is given twice{at}.";
        if (error.Path is "$.schedule.kind" || error.Message.Contains("type discriminator", StringComparison.Ordinal))
            return Parsed(json, out var given) ? $"schedule.kind: {Unknown(given)}{at}." : $"not whole JSON{at}.";
        return Parsed(json, out var whole) && error.Path is ['$', .. var path] && Expected(whole, path, out var value) is { } expected
            ? $"{(path is ['.', .. var key] ? $"{key}: " : "")}{Mismatch(expected, value)}{at}."
            : $"not whole JSON{at}.";
    }

    private static string Unmapped(string json, JsonException error) => error.Path == "$.network"
        ? "unknown key 'network'; a network that is a function is given by the program, here it is 'ownNetwork' with its 'sampleShape'"
        : OfAnotherSchedule(json, error) ?? $"unknown key {Quoted(error.Message)}";

    // An option that the schedule of a file has not, and others have.
    private static string? OfAnotherSchedule(string json, JsonException error)
    {
        var key = Quoted(error.Message).Trim('\'');
        string[] owners = [.. WrittenSchedule.Keys.Where(k => k.Value.Contains(key)).Select(k => k.Key)];
        if (owners.Length == 0 || error.Path?.StartsWith("$.schedule", StringComparison.Ordinal) != true || !Parsed(json, out var whole)) return null;
        var kind = whole.GetProperty("schedule").GetProperty("kind").GetString();
        return $"schedule.{key}: it belongs to {string.Join(", ", owners)}, not to {kind}; leave it out";
    }

    private static string Unknown(JsonElement whole)
    {
        var (kind, names) = (whole.GetProperty("schedule").GetProperty("kind"), string.Join(", ", WrittenSchedule.Keys.Keys));
        return kind.ValueKind == JsonValueKind.String
            ? $"{Text(kind)} is unknown; there are {names}"
            : $"a name is expected, {Text(kind)} was given; there are {names}";
    }

    private static bool Parsed(string json, out JsonElement whole)
    {
        whole = default;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            whole = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Follows a path such as .uNet.downBlocks[1] through the file and the types alike.
    private static Type? Expected(JsonElement whole, string path, out JsonElement value)
    {
        (value, var type) = (whole, typeof(Draft<RunConfig>));
        foreach (var step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ConfigJson.Info(type) is not { } info) return null;
            if (step is ['[', .. var index, ']'])
            {
                if (value.ValueKind != JsonValueKind.Array || info.ElementType is not { } element) return null;
                if (!int.TryParse(index, CultureInfo.InvariantCulture, out var i) || i >= value.GetArrayLength()) return null;
                (value, type) = (value[i], element);
                continue;
            }

            var of = value;
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value)) return null;
            if (info is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } entry })
            {
                type = entry;
                continue;
            }

            if (Members(info, of).FirstOrDefault(p => p.Name == step) is not { } property) return null;
            type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        }

        return type;
    }

    // Of a type with kinds, those of the kind that the file names.
    private static IList<JsonPropertyInfo> Members(JsonTypeInfo info, JsonElement value)
    {
        if (info.PolymorphismOptions is not { } kinds) return info.Properties;
        var kind = value.TryGetProperty(kinds.TypeDiscriminatorPropertyName, out var named) ? named.ToString() : null;
        var type = kinds.DerivedTypes.FirstOrDefault(d => (string)d.TypeDiscriminator! == kind).DerivedType;
        return type is null ? [] : ConfigJson.Info(type)!.Properties;
    }

    private static string Mismatch(Type expected, JsonElement value)
    {
        if (expected == typeof(Draft<RunConfig>)) return $"a JSON object is expected, {Text(value)} was given";
        if (!expected.IsEnum) return $"{Kind(expected)} is expected, {Text(value)} was given";
        var names = string.Join(", ", Enum.GetNames(expected).Select(JsonNamingPolicy.CamelCase.ConvertName));
        return value.ValueKind == JsonValueKind.String
            ? $"{Text(value)} is unknown; there are {names}"
            : $"a name is expected, {Text(value)} was given; there are {names}";
    }

    private static string Kind(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 => "a whole number below 2^31",
        TypeCode.Int64 => "a whole number below 2^63",
        TypeCode.UInt64 => "a whole number from 0, below 2^64,",
        TypeCode.Double => "a number",
        TypeCode.String => "a text",
        _ => ConfigJson.Info(type)?.Kind == JsonTypeInfoKind.Enumerable ? "an array [...]" : "an object {...}",
    };

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"'{Short(value.GetRawText()[1..^1])}'",
        _ => Short(value.GetRawText()),
    };

    private static string Short(string text) => text.Length <= LongestText ? text : $"{text[..LongestText]}…";

    private static string Quoted(string message)
    {
        var start = message.IndexOf('\'', StringComparison.Ordinal);
        return message[start..(message.IndexOf('\'', start + 1) + 1)];
    }
}
