using DiffusionSharp.Tensors;
using DiffusionSharp.Tensors.Kernels;

namespace DiffusionSharp.Graphs;

/// <summary>One value for every number of a layout: weights, their average, or a moment of the optimizer.</summary>
public sealed class ParameterBuffer
{
    /// <summary>Allocates zeros.</summary>
    public ParameterBuffer(ParameterLayout layout)
    {
        Layout = layout;
        Memory = new AlignedBuffer(layout.Length);
    }

    /// <summary>Names, shapes and places.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The flat memory.</summary>
    public AlignedBuffer Memory { get; }

    /// <summary>The values of one parameter.</summary>
    public Span<float> this[string name]
    {
        get
        {
            var entry = Layout[name];
            return Memory.Slice(entry.Start, entry.Shape.Count);
        }
    }

    /// <summary>Fills every parameter by its initializer; parameter p draws from the stream of its name.</summary>
    public void Initialize(Rng rng)
    {
        foreach (var entry in Layout.Entries) entry.Initializer(Memory.Slice(entry.Start, entry.Shape.Count), rng.Split(entry.Name));
    }

    /// <summary>Copies all values of another buffer of the same layout.</summary>
    public void CopyFrom(ParameterBuffer other) => other.Memory.Span.CopyTo(Memory.Span);

    /// <summary>The name of the first parameter with a value that is not finite; null where all are.</summary>
    public string? FirstNonFinite() => Layout.Entries.FirstOrDefault(e => Finite.FirstNonFinite(Memory.Slice(e.Start, e.Shape.Count)) >= 0)?.Name;

    /// <summary>Every parameter by name, copied.</summary>
    public IEnumerable<(string Name, FloatTensor Value)> Export()
    {
        foreach (var entry in Layout.Entries) yield return (entry.Name, new FloatTensor(entry.Shape, this[entry.Name].ToArray()));
    }

    /// <summary>Fills every parameter from a source of values by name.</summary>
    /// <exception cref="ArgumentException">A value has another shape than its parameter.</exception>
    public void Import(Func<string, FloatTensor> source)
    {
        foreach (var entry in Layout.Entries)
        {
            var value = source(entry.Name);
            if (value.Shape != entry.Shape) throw new ArgumentException($"Parameter '{entry.Name}' has shape {entry.Shape}, the file gives {value.Shape}.", nameof(source));
            value.Values.CopyTo(this[entry.Name]);
        }
    }
}
