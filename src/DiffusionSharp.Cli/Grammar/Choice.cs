using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>Values that the command line knows by name.</summary>
/// <typeparam name="T">What a name stands for.</typeparam>
internal sealed class Choice<T>
{
    private readonly IReadOnlyList<(string Name, T Value, string Description)> entries;

    public Choice(params IReadOnlyList<(string Name, T Value, string Description)> entries) => this.entries = entries;

    public IReadOnlyList<(string Name, T Value, string Description)> Entries => entries;

    public string Names => string.Join(", ", entries.Select(e => e.Name));

    /// <summary>What messages say of a name that is not among them.</summary>
    public string Unknown(string name) => DidYouMean.Unknown(name, entries.Select(e => e.Name), $"there are {Names}");

    /// <summary>Finds a value by its name, in any case.</summary>
    public bool TryFind(string name, out T value)
    {
        foreach (var entry in entries)
        {
            if (!string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase)) continue;
            value = entry.Value;
            return true;
        }

        value = default!;
        return false;
    }

    public string NameOf(T value) => entries.First(e => EqualityComparer<T>.Default.Equals(e.Value, value)).Name;
}
