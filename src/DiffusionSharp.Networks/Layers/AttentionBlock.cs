using DiffusionSharp.Graphs;

namespace DiffusionSharp.Networks.Layers;

/// <summary>Self-attention over all positions of a picture, added to it (Vaswani et al. 2017, arXiv:1706.03762).</summary>
internal static class AttentionBlock
{
    /// <summary>(x + attention(norm x))/outputScale.</summary>
    /// <param name="layers">Makes the parameters.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="groups">Groups of the norm; null: no norm.</param>
    /// <param name="epsilon">Added to variances.</param>
    /// <param name="headWidth">Channels of a head; null: one head.</param>
    /// <param name="outputScale">What the sum is divided by.</param>
    public static Node Build(LayerBuilder layers, Node x, int? groups, double epsilon, int? headWidth, double outputScale = 1)
    {
        var (n, positions, c) = (x.Shape[0], x.Shape[1] * x.Shape[2], x.Shape[3]);
        var h = groups is { } count ? layers.GroupNorm("group_norm", x, count, epsilon) : x;

        // Three layers under the names of the files, one product.
        var (q, k, v) = (layers.LinearParameters("to_q", c, c), layers.LinearParameters("to_k", c, c), layers.LinearParameters("to_v", c, c));
        var weight = Op.Concatenate(1, q.Weight, k.Weight, v.Weight);
        var bias = Op.Concatenate(0, q.Bias, k.Bias, v.Bias);
        var qkv = Op.Linear(Op.Reshape(h, [n * positions, c]), weight, bias);
        h = Op.Attention(Op.Reshape(qkv, [n, positions, 3 * c]), c / (headWidth ?? c));

        // Added as rows, not as pictures: so the product takes the sum into its own pass.
        var y = Op.Reshape(x, [n * positions, c]) + layers.Linear("to_out.0", Op.Reshape(h, [n * positions, c]), c, ends: true);
        return Op.Reshape(outputScale == 1 ? y : y / outputScale, x.Shape);
    }
}
