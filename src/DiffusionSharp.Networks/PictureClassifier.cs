using System.Globalization;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Layers;

namespace DiffusionSharp.Networks;

/// <summary>A small network that says what a picture shows: convolutions of stride 2, their mean over the picture, and two linear layers.</summary>
/// <remarks>
/// <code>
/// h = silu(norm(conv.i(h)))                          // i = 0 … blocks − 1, 3×3 of stride 2, channels doubled
/// features = silu(features(mean over pixels of h))
/// logits   = logits(features)
/// </code>
/// Not a recipe of a paper: the smallest that is good on digits, so that generators can be measured by its features.
/// </remarks>
public static class PictureClassifier
{
    private const double NormEpsilon = 1e-5;

    /// <summary>Builds the network.</summary>
    /// <param name="graph">Where the nodes and parameters are made.</param>
    /// <param name="options">Size, channels and widths.</param>
    /// <param name="x">Pictures [N, H, W, C].</param>
    /// <returns>
    /// The features, [N, <see cref="PictureClassifierOptions.Features"/>], and the logits, [N, <see cref="PictureClassifierOptions.Classes"/>].
    /// </returns>
    /// <exception cref="ArgumentException">A shape or an option does not fit; the message says what was expected.</exception>
    public static (Node Features, Node Logits) Build(Graph graph, PictureClassifierOptions options, Node x)
    {
        options.Validate();
        if (x.Shape.Rank != 4 || x.Shape.Count == 0 || x.Shape[3] != options.Channels)
            throw new ArgumentException($"PictureClassifier: pictures are [N, H, W, {options.Channels}] with no dimension 0, {x.Shape} came.");
        var layers = new LayerBuilder(graph, InitializationScheme.PyTorch);
        var (h, width) = (x, options.Width);
        for (var i = 0; i < options.Blocks; i++, width *= 2)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            h = layers.Conv($"conv.{name}", h, width, stride: 2);
            h = layers.GroupNorm($"norm.{name}", h, width / PictureClassifierOptions.GroupWidth, NormEpsilon, silu: true);
        }

        var features = Op.Silu(layers.Linear("features", Op.Mean(h, false, 1, 2), options.Features));
        return (features, layers.Linear("logits", features, options.Classes));
    }

    /// <summary>The cross-entropy of each picture, −ln softmax(logits)_label; finite for all finite logits.</summary>
    /// <param name="logits">[N, K].</param>
    /// <param name="oneHot">[N, K]: 1 at the label, 0 elsewhere.</param>
    /// <returns>[N].</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Node CrossEntropy(Node logits, Node oneHot)
    {
        if (logits.Shape.Rank != 2 || oneHot.Shape != logits.Shape)
            throw new ArgumentException($"CrossEntropy: logits and labels of one shape [N, K] were expected, {logits.Shape} and {oneHot.Shape} came.");

        // Less the largest, no exponential overflows and one of them is 1; the value does not depend on it, so no gradient passes.
        var shifted = logits - Op.StopGradient(Op.Max(logits, true, 1));
        var normaliser = Op.Log(Op.Sum(Op.Exp(shifted), true, 1));
        return Op.Sum(oneHot * (normaliser - shifted), false, 1);
    }
}
