using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Weights;

/// <summary>Turns parameters between our layouts and PyTorch's.</summary>
/// <remarks>
/// <code>
/// convolution   [KH, KW, Ci, Co]  ↔  [Co, Ci, KH, KW]
/// linear        [in, out]         ↔  [out, in]
/// the rest, tables of embeddings among it, is alike
/// </code>
/// </remarks>
public static class ParameterConversion
{
    private const int MostNamed = 5;

    /// <summary>The shape that one of our parameters has in PyTorch's layout.</summary>
    /// <param name="name">The parameter's full name: a convolution's axes stand in another order there.</param>
    /// <param name="shape">The parameter's shape here.</param>
    public static Shape TorchShape(string name, Shape shape) => shape.Rank switch
    {
        4 => [shape[3], shape[2], shape[0], shape[1]],
        2 when !TorchNames.IsTable(name) => [shape[1], shape[0]],
        _ => shape,
    };

    /// <summary>One of our parameters in PyTorch's layout, copied where it differs.</summary>
    /// <param name="name">The parameter's full name.</param>
    /// <param name="value">In the order of axes here.</param>
    public static FloatTensor ToTorch(string name, FloatTensor value) => Turn(name, value, [3, 2, 0, 1]);

    /// <summary>One of PyTorch's parameters in our layout, copied where it differs.</summary>
    /// <param name="name">The parameter's full name.</param>
    /// <param name="value">In the order of axes there.</param>
    public static FloatTensor FromTorch(string name, FloatTensor value) => Turn(name, value, [2, 3, 1, 0]);

    /// <summary>Every parameter in PyTorch's layout, sorted by name.</summary>
    /// <param name="weights">Any network's.</param>
    public static IEnumerable<(string Name, FloatTensor Value)> Export(ParameterBuffer weights) =>
        weights.Export().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => (p.Name, ToTorch(p.Name, p.Value)));

    /// <summary>Fills every parameter from a source in PyTorch's layout; nothing is written unless all of them fit.</summary>
    /// <param name="weights">What to fill.</param>
    /// <param name="names">All names of the source; old names of attention layers are understood.</param>
    /// <param name="read">The value of one of these names.</param>
    /// <exception cref="ArgumentException">
    /// The source lacks a parameter, has one that the network does not, or one of another shape; one line names them.
    /// </exception>
    public static void Import(ParameterBuffer weights, IEnumerable<string> names, Func<string, FloatTensor> read)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
            if (!sources.TryAdd(TorchNames.Upgrade(name), name))
                throw new ArgumentException($"Weights: '{sources[TorchNames.Upgrade(name)]}' and '{name}' name the same parameter.");
        CheckNames(weights.Layout, sources);
        var values = new Dictionary<string, FloatTensor>(StringComparer.Ordinal);
        foreach (var entry in weights.Layout.Entries)
        {
            var given = read(sources[entry.Name]);
            var expected = TorchShape(entry.Name, entry.Shape);
            if (given.Shape != expected) throw new ArgumentException($"Weights: '{entry.Name}' is {expected} in this network, {given.Shape} came.");
            values[entry.Name] = FromTorch(entry.Name, given);
        }

        weights.Import(name => values[name]);
    }

    private static void CheckNames(ParameterLayout layout, Dictionary<string, string> sources)
    {
        var missing = layout.Entries.Where(e => !sources.ContainsKey(e.Name)).Select(e => e.Name).ToList();
        var unexpected = sources.Where(s => !layout.Contains(s.Key)).Select(s => s.Value).Order(StringComparer.Ordinal).ToList();
        if (missing.Count + unexpected.Count == 0) return;
        var differences = $"{List(missing, "missing")}, {List(unexpected, "unexpected")}";
        throw new ArgumentException($"Weights: {layout.Entries.Count} parameters were expected and {sources.Count} came; {differences}.");
    }

    private static string List(List<string> names, string what)
    {
        var shown = string.Join(", ", names.Take(MostNamed));
        return names.Count == 0 ? $"none {what}" : $"{names.Count} {what} ({shown}{(names.Count > MostNamed ? ", …" : "")})";
    }

    private static FloatTensor Turn(string name, FloatTensor value, ReadOnlySpan<int> convolution) => value.Shape.Rank switch
    {
        4 => Permute(value, convolution),
        2 when !TorchNames.IsTable(name) => Permute(value, [1, 0]),
        _ => value,
    };

    // Axis i of the result is axis permutation[i] of the value.
    private static FloatTensor Permute(FloatTensor value, ReadOnlySpan<int> permutation)
    {
        var rank = permutation.Length;
        Span<int> strides = stackalloc int[rank];
        for (int i = rank - 1, stride = 1; i >= 0; stride *= value.Shape[i], i--) strides[i] = stride;
        var dimensions = new int[rank];
        for (var i = 0; i < rank; i++) dimensions[i] = value.Shape[permutation[i]];
        var result = new FloatTensor(Shape.Create(dimensions));
        Span<int> at = stackalloc int[rank];
        var source = value.Values;
        var destination = result.Values;
        for (var k = 0; k < destination.Length; k++)
        {
            var from = 0;
            for (var i = 0; i < rank; i++) from += at[i] * strides[permutation[i]];
            destination[k] = source[from];
            for (var i = rank - 1; i >= 0 && ++at[i] == dimensions[i]; i--) at[i] = 0;
        }

        return result;
    }
}
