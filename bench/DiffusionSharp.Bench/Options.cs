using System.Globalization;

namespace DiffusionSharp.Bench;

/// <summary>Options of a command: names, each with a value.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> values = [];

    public Options(string[] words, params string[] known)
    {
        for (var i = 0; i < words.Length; i += 2)
        {
            if (!known.Contains(words[i]) || i + 1 == words.Length) throw new ArgumentException($"'{words[i]}' is not one of {string.Join(", ", known)} with a value.");
            values[words[i]] = words[i + 1];
        }
    }

    public string Text(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    public int? Optional(string name) => values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public int Integer(string name, int otherwise) => Optional(name) ?? otherwise;
}
