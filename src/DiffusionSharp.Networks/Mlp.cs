using System.Globalization;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Layers;

namespace DiffusionSharp.Networks;

/// <summary>A network for vectors: linear layers with SiLU between them, time and class added before the first.</summary>
/// <remarks>
/// <code>
/// h = silu(input(x) + time(features(t)) + class)
/// h = silu(hidden.i(h))                              // i = 0 … layers − 2
/// y = output(h)
/// </code>
/// </remarks>
public static class Mlp
{
    /// <summary>Builds the network.</summary>
    /// <param name="graph">Where the nodes and parameters are made.</param>
    /// <param name="options">Widths and the rest.</param>
    /// <param name="x">Vectors [N, D].</param>
    /// <param name="t">Time of each vector [N]; the periods of the features suit 0 to 1000.</param>
    /// <param name="labels">Class of each vector [N], integers below <see cref="MlpOptions.Classes"/>; null where there are no classes.</param>
    /// <returns>[N, D], or [N, <see cref="MlpOptions.Outputs"/>].</returns>
    /// <exception cref="ArgumentException">A shape or an option does not fit; the message says what was expected.</exception>
    public static Node Build(Graph graph, MlpOptions options, Node x, Node t, Node? labels = null)
    {
        options.Validate();
        if (x.Shape.Rank != 2 || x.Shape.Count == 0 || x.Shape[1] != options.Dimensions)
            throw new ArgumentException($"Mlp: vectors are [N, {options.Dimensions}] with N at least 1, {x.Shape} came.");
        var n = x.Shape[0];
        if (t.Shape != [n]) throw new ArgumentException($"Mlp: times are [{n}] for vectors of {x.Shape}, {t.Shape} came.");
        if (options.Classes is null && labels is not null) throw new ArgumentException("Mlp: labels came for a network without classes; set Classes.");
        if (options.Classes is not null && labels?.Shape != [n])
            throw new ArgumentException(
                $"Mlp: labels are [{n}] for {options.Classes} classes and vectors of {x.Shape}, {(labels is null ? "none" : labels.Shape)} came.");

        var layers = new LayerBuilder(graph, options.Initialization);
        var time = layers.Linear("time", Op.SinusoidalFeatures(t, options.TimeFeatures), options.Width);
        if (labels is not null) time += layers.Embedding("class_embedding", labels, options.Classes!.Value, options.Width);
        var h = Op.Silu(time + layers.Linear("input", x, options.Width));
        for (var i = 0; i < options.Layers - 1; i++) h = Op.Silu(layers.Linear($"hidden.{i.ToString(CultureInfo.InvariantCulture)}", h, options.Width));
        return layers.Linear("output", h, options.Outputs ?? options.Dimensions, ends: true);
    }
}
