using System.Globalization;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>The class that samples are drawn from: one by number or by name, or each in turn.</summary>
/// <remarks>Conversions let a number or a text stand where a choice is expected: <c>Class = 3</c>, <c>Class = "cat"</c>, <c>Class = "all"</c>.</remarks>
public sealed class ClassChoice
{
    private const string EachName = "all", ByIndex = "index:", ByName = "name:";
    private const int MostNames = 20;

    private readonly string text;

    private ClassChoice(string text) => this.text = text;

    /// <summary>Each class in turn, as many samples of one as of another.</summary>
    public static ClassChoice All { get; } = new(EachName);

    /// <summary>Whether each class is drawn in turn.</summary>
    public bool IsAll => string.Equals(text, EachName, StringComparison.OrdinalIgnoreCase);

    /// <summary>A class by its number.</summary>
    /// <param name="label">0 to the number of classes − 1.</param>
    public static implicit operator ClassChoice(int label) => new(ByIndex + label.ToString(CultureInfo.InvariantCulture));

    /// <summary>A class by its number or name.</summary>
    /// <param name="text">
    /// A number, a name, one of the two after <c>index:</c> or <c>name:</c>, or <c>all</c>. A name is found in any case where only one class has it.
    /// </param>
    public static implicit operator ClassChoice(string text) => new(text);

    /// <summary>The label of the class among those of a model.</summary>
    /// <exception cref="OptionException">There is no such class, or the text is the number of one and the name of another.</exception>
    internal int Find(ConditioningConfig conditioning)
    {
        if (text.StartsWith(ByIndex, StringComparison.OrdinalIgnoreCase))
            return Index(text[ByIndex.Length..], conditioning) ?? throw Unknown(text[ByIndex.Length..], conditioning);
        if (text.StartsWith(ByName, StringComparison.OrdinalIgnoreCase))
            return Name(text[ByName.Length..], conditioning) ?? throw Unknown(text[ByName.Length..], conditioning);
        return (Index(text, conditioning), Name(text, conditioning)) switch
        {
            ({ } index, { } name) when index != name => throw new OptionException(
                $"{{Class}}: {text} is the number of class '{conditioning.NameOf(index)}' and the name of class {name}; "
                    + $"write {ByIndex}{text} or {ByName}{text}."),
            ({ } index, _) => index,
            (_, { } name) => name,
            _ => throw Unknown(text, conditioning),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => IsAll ? EachName : text.StartsWith(ByIndex, StringComparison.OrdinalIgnoreCase) ? text[ByIndex.Length..] : text;

    private static int? Index(string text, ConditioningConfig conditioning) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < conditioning.Classes ? index : null;

    // The exact name first; in any case where that leaves no doubt.
    private static int? Name(string text, ConditioningConfig conditioning)
    {
        var names = conditioning.Names ?? [];
        for (var label = 0; label < names.Count; label++)
            if (names[label] == text) return label;
        int[] alike = [.. Enumerable.Range(0, names.Count).Where(label => string.Equals(names[label], text, StringComparison.OrdinalIgnoreCase))];
        return alike.Length == 1 ? alike[0] : null;
    }

    private static OptionException Unknown(string text, ConditioningConfig conditioning)
    {
        var numbered = Enumerable.Range(0, conditioning.Classes).All(c => conditioning.NameOf(c) == c.ToString(CultureInfo.InvariantCulture));
        var names = numbered ? "" : $" ({string.Join(", ", conditioning.Names!.Take(MostNames))}{(conditioning.Classes > MostNames ? ", …" : "")})";
        var meant = DidYouMean.Nearest(text, [.. numbered ? [] : conditioning.Names!, EachName]) is { } near
            ? $"; did you mean '{near}'?"
            : "; 'all' takes each in turn.";
        return new OptionException($"{{Class}}: '{text}' is none of this model's classes, which are 0 to {conditioning.Classes - 1}{names}{meant}");
    }
}
