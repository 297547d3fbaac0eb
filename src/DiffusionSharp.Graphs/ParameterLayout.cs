using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>How to fill a parameter before training, from a stream of its own.</summary>
/// <param name="values">The parameter's values, all to be written.</param>
/// <param name="rng">The stream: a function of the seed and the parameter's name alone.</param>
public delegate void Initializer(Span<float> values, Rng rng);

/// <summary>One parameter: its name, its shape and its place in the flat memory.</summary>
/// <param name="Name">Full dotted name.</param>
/// <param name="Shape">Its dimensions, as the graph uses it.</param>
/// <param name="Start">First float in the flat memory, on a 64-byte boundary.</param>
/// <param name="Initializer">How training begins.</param>
/// <param name="Trained">Whether optimizers move it; where not, it keeps what it began with or was read from a file.</param>
public sealed record ParameterEntry(string Name, Shape Shape, int Start, Initializer Initializer, bool Trained = true);

/// <summary>The order, names and places of a network's parameters: weights, moments, averages and gradients all share it.</summary>
public sealed class ParameterLayout
{
    private const int Alignment = 16;
    private readonly List<ParameterEntry> entries = [];
    private readonly Dictionary<string, ParameterEntry> byName = [];

    /// <summary>The parameters in the order they were made.</summary>
    public IReadOnlyList<ParameterEntry> Entries => entries;

    /// <summary>Floats of the flat memory, gaps of alignment included; gaps are always zero.</summary>
    public int Length { get; private set; }

    /// <summary>How many numbers there are, those that are not trained among them.</summary>
    public long Count => entries.Sum(e => (long)e.Shape.Count);

    /// <summary>The stretches of the flat memory that are trained, in order and as long as they can be; one, all of it, where every parameter is.</summary>
    public IReadOnlyList<(int Start, int Length)> TrainedRuns => Runs(trained: true);

    /// <summary>The stretches that are not trained.</summary>
    public IReadOnlyList<(int Start, int Length)> FixedRuns => Runs(trained: false);

    /// <summary>Finds a parameter by its full name.</summary>
    /// <param name="name">Full dotted name.</param>
    public ParameterEntry this[string name] =>
        byName.TryGetValue(name, out var entry) ? entry : throw new KeyNotFoundException($"There is no parameter named '{name}'.");

    /// <summary>Whether a parameter has this name.</summary>
    /// <param name="name">Full dotted name.</param>
    public bool Contains(string name) => byName.ContainsKey(name);

    internal int Add(string name, Shape shape, Initializer initializer, bool trained = true)
    {
        var entry = new ParameterEntry(name, shape, Length, initializer, trained);
        entries.Add(entry);
        byName.Add(name, entry);
        Length = checked(Length + ((shape.Count + Alignment - 1) / Alignment * Alignment));
        return entries.Count - 1;
    }

    // A parameter's gap belongs to its stretch, so that neighbours join.
    private List<(int Start, int Length)> Runs(bool trained)
    {
        var runs = new List<(int Start, int Length)>();
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Trained != trained) continue;
            var (start, end) = (entries[i].Start, i + 1 < entries.Count ? entries[i + 1].Start : Length);
            if (runs.Count > 0 && runs[^1].Start + runs[^1].Length == start) runs[^1] = (runs[^1].Start, end - runs[^1].Start);
            else runs.Add((start, end - start));
        }

        return runs;
    }
}
