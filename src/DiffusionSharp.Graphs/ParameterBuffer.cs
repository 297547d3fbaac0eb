using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>One value for every number of a layout: weights, their average, or a moment of the optimizer.</summary>
/// <remarks>
/// Compiled programs keep what they computed of the weights alone until <see cref="Version"/> says that these may have changed: take a span
/// or the memory anew for each writing, do not keep one across runs.
/// </remarks>
public sealed class ParameterBuffer
{
    private readonly AlignedBuffer memory;

    /// <summary>Allocates zeros.</summary>
    /// <param name="layout">Names, shapes and places.</param>
    public ParameterBuffer(ParameterLayout layout)
    {
        Layout = layout;
        memory = new AlignedBuffer(layout.Length);
    }

    /// <summary>Names, shapes and places.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Grows whenever the values may have been written: by a method here, by a program that trains, or through memory that was handed out.</summary>
    public long Version { get; private set; }

    /// <summary>The flat memory, to read or to write.</summary>
    public AlignedBuffer Memory
    {
        get
        {
            MarkWritten();
            return memory;
        }
    }

    /// <summary>The flat memory for those who mark their writing themselves.</summary>
    internal AlignedBuffer Unmarked => memory;

    /// <summary>The values of one parameter, to read or to write.</summary>
    /// <param name="name">Full dotted name.</param>
    public Span<float> this[string name]
    {
        get
        {
            MarkWritten();
            return Values(Layout[name]);
        }
    }

    /// <summary>Fills every parameter by its initializer; parameter p draws from the stream of its name.</summary>
    /// <param name="rng">Split by each parameter's name.</param>
    public void Initialize(Rng rng)
    {
        MarkWritten();
        foreach (var entry in Layout.Entries) entry.Initializer(Values(entry), rng.Split(entry.Name));
    }

    /// <summary>Copies all values of another buffer of the same layout.</summary>
    /// <param name="other">Of the same layout.</param>
    public void CopyFrom(ParameterBuffer other)
    {
        MarkWritten();
        other.memory.Span.CopyTo(memory.Span);
    }

    /// <summary>The name of the first parameter with a value that is not finite; null where all are.</summary>
    public string? FirstNonFinite() => Layout.Entries.FirstOrDefault(e => Finite.FirstNonFinite(Values(e)) >= 0)?.Name;

    /// <summary>Every parameter by name, copied.</summary>
    public IEnumerable<(string Name, FloatTensor Value)> Export()
    {
        foreach (var entry in Layout.Entries) yield return (entry.Name, new FloatTensor(entry.Shape, Values(entry).ToArray()));
    }

    /// <summary>Fills every parameter from a source of values by name.</summary>
    /// <param name="source">Gives a value of the parameter's shape for its full name.</param>
    /// <exception cref="ArgumentException">A value has another shape than its parameter.</exception>
    public void Import(Func<string, FloatTensor> source)
    {
        MarkWritten();
        foreach (var entry in Layout.Entries)
        {
            var value = source(entry.Name);
            if (value.Shape != entry.Shape)
                throw new ArgumentException($"Parameter '{entry.Name}' has shape {entry.Shape}, the file gives {value.Shape}.", nameof(source));
            value.Values.CopyTo(Values(entry));
        }
    }

    /// <summary>Says that the values may have changed.</summary>
    internal void MarkWritten() => Version++;

    private Span<float> Values(ParameterEntry entry) => memory.Slice(entry.Start, entry.Shape.Count);
}
