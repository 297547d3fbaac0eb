using System.Globalization;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Training.Configuration;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Finds the class that a text of the command line names: by its number, or by its name.</summary>
internal static class ClassName
{
    private const string ByIndex = "index:", ByName = "name:";
    private const int MostNames = 20;

    /// <summary>The label of a class.</summary>
    /// <param name="text">A number, a name, or one of the two after <c>index:</c> or <c>name:</c>.</param>
    /// <param name="conditioning">The model's classes.</param>
    /// <exception cref="UsageException">There is no such class, or the text is the number of one and the name of another.</exception>
    public static int Find(string text, ConditioningConfig conditioning)
    {
        if (text.StartsWith(ByIndex, StringComparison.Ordinal)) return Index(text[ByIndex.Length..], conditioning) ?? throw Unknown(text, conditioning);
        if (text.StartsWith(ByName, StringComparison.Ordinal)) return Name(text[ByName.Length..], conditioning) ?? throw Unknown(text, conditioning);
        return (Index(text, conditioning), Name(text, conditioning)) switch
        {
            ({ } index, { } name) when index != name => throw new UsageException($"--class: {text} is the number of class '{conditioning.NameOf(index)}' and the name of class {name}; write {ByIndex}{text} or {ByName}{text}."),
            ({ } index, _) => index,
            (_, { } name) => name,
            _ => throw Unknown(text, conditioning),
        };
    }

    private static int? Index(string text, ConditioningConfig conditioning) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < conditioning.Classes ? index : null;

    private static int? Name(string text, ConditioningConfig conditioning)
    {
        for (var label = 0; label < conditioning.Names?.Count; label++)
            if (conditioning.Names[label] == text) return label;
        return null;
    }

    private static UsageException Unknown(string text, ConditioningConfig conditioning)
    {
        var numbered = Enumerable.Range(0, conditioning.Classes).All(c => conditioning.NameOf(c) == c.ToString(CultureInfo.InvariantCulture));
        var names = numbered ? "" : $" ({string.Join(", ", conditioning.Names!.Take(MostNames))}{(conditioning.Classes > MostNames ? ", …" : "")})";
        return new UsageException($"--class: '{text}' is none of this model's classes, which are 0 to {conditioning.Classes - 1}{names}; 'all' takes each in turn.");
    }
}
