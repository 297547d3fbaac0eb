using System.Text;
using System.Text.Json;

namespace DiffusionSharp.Training.Recipes;

/// <summary>What a file says of a schedule, in the words of now; lines stay where they are.</summary>
/// <remarks>
/// Before each kind had options of its own, every schedule was written with <c>zeroTerminalSnr</c>, and one without levels might say 1000 of
/// them: both said nothing there. A file by hand may leave out the kind, which is linear then.
/// </remarks>
internal static class WrittenSchedule
{
    private static readonly JsonReaderOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The kinds and the keys of their options.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Keys { get; } = KeysByKind();

    /// <summary>The text of a configuration with its schedule in the words of now; the text itself where it is no JSON.</summary>
    /// <param name="json">The text.</param>
    public static string InWordsOfNow(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        try
        {
            var reader = new Utf8JsonReader(bytes, Reading);
            if (!Enter(ref reader)) return json;
            var begin = (int)reader.BytesConsumed;
            var members = Members(ref reader, bytes, out var end);
            var kind = members.Where(m => m.Name == "kind").Select(m => m.Value.Trim('"')).FirstOrDefault() ?? "linear";
            if (!Keys.TryGetValue(kind, out var keys)) return json;
            for (var i = 0; i < members.Count; i++)
            {
                var (name, value, start) = members[i];
                if (keys.Contains(name) || (name, value) is not (("zeroTerminalSnr", "false") or ("levels", "1000"))) continue;
                Blank(bytes.AsSpan(start..(i + 1 < members.Count ? members[i + 1].Start : end)));
            }

            var named = members.Any(m => m.Name == "kind") ? "" : "\"kind\": \"linear\",";
            return Encoding.UTF8.GetString(bytes.AsSpan(0, begin)) + named + Encoding.UTF8.GetString(bytes.AsSpan(begin));
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> KeysByKind()
    {
        var kinds = ConfigJson.Info(typeof(ScheduleConfig))!.PolymorphismOptions!.DerivedTypes;
        return kinds.ToDictionary(d => (string)d.TypeDiscriminator!, d => Written(d.DerivedType));
        static IReadOnlyList<string> Written(Type kind) => [.. ConfigJson.Info(kind)!.Properties.Where(p => p.Get is not null).Select(p => p.Name)];
    }

    // Into the object of the schedule.
    private static bool Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("schedule"u8);
            reader.Read();
            if (found) return reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }

        return false;
    }

    private static List<(string Name, string Value, int Start)> Members(ref Utf8JsonReader reader, byte[] bytes, out int end)
    {
        var members = new List<(string Name, string Value, int Start)>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (name, start) = (reader.GetString()!, (int)reader.TokenStartIndex);
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add((name, Encoding.UTF8.GetString(bytes.AsSpan(value..(int)reader.BytesConsumed)), start));
        }

        end = (int)reader.TokenStartIndex;
        return members;
    }

    private static void Blank(Span<byte> text)
    {
        foreach (ref var c in text)
            if (c != (byte)'\n') c = (byte)' ';
    }
}
