using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Layers;

/// <summary>Sines and cosines of log t at random frequencies (Tancik et al. 2020, arXiv:2006.10739; Song et al. 2021, arXiv:2011.13456, appendix C).</summary>
/// <remarks>
/// <code>
/// w_i ~ N(0, 16²), drawn once         features = sin(2π w_i log t), cos(2π w_i log t)
/// </code>
/// The frequencies are a part of the weights and their files, <c>time_proj.weight</c>, that no optimizer moves. diffusers fixes the scale of 16
/// and the order, sines first, in the same way.
/// </remarks>
internal static class FourierEmbedding
{
    private const float Scale = 16;

    /// <summary>The features [N, 2 · <paramref name="frequencies"/>].</summary>
    /// <param name="layers">Makes the parameter.</param>
    /// <param name="t">[N], above 0.</param>
    /// <param name="frequencies">How many.</param>
    public static Node Build(LayerBuilder layers, Node t, int frequencies)
    {
        using var scope = layers.Graph.Scope("time_proj");
        var w = layers.Graph.FixedParameter("weight", [frequencies], Begin);
        var angles = Op.Reshape(Op.Log(t), [t.Shape[0], 1]) * Op.Reshape(w, [1, frequencies]) * (2 * Math.PI);
        return Op.Concatenate(1, Op.Sin(angles), Op.Cos(angles));
    }

    private static void Begin(Span<float> values, Rng rng)
    {
        rng.FillNormal(values);
        foreach (ref var value in values) value *= Scale;
    }
}
