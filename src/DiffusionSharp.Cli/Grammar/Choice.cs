namespace DiffusionSharp.Cli.Grammar;

/// <summary>Values that the command line knows by name.</summary>
/// <typeparam name="T">What a name stands for.</typeparam>
internal sealed class Choice<T>
{
    private readonly IReadOnlyList<(string Name, T Value, string Description)> entries;

    public Choice(params IReadOnlyList<(string Name, T Value, string Description)> entries) => this.entries = entries;

    public IReadOnlyList<(string Name, T Value, string Description)> Entries => entries;

    public string Names => string.Join(", ", entries.Select(e => e.Name));

    public bool TryFind(string name, out T value)
    {
        foreach (var entry in entries)
        {
            if (entry.Name != name) continue;
            value = entry.Value;
            return true;
        }

        value = default!;
        return false;
    }

    public string NameOf(T value) => entries.First(e => EqualityComparer<T>.Default.Equals(e.Value, value)).Name;
}
