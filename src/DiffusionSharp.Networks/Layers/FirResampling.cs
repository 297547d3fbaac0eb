using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Layers;

/// <summary>
/// Halves and doubles pictures through the filter [1, 3, 3, 1], which keeps high frequencies from folding over (Zhang 2019, arXiv:1904.11486).
/// </summary>
/// <remarks>
/// On each axis, with zeros outside of the picture:
/// <code>
/// half:    y[i] = (x[2i − 1] + 3 x[2i] + 3 x[2i + 1] + x[2i + 2])/8
/// double:  y[2i] = (x[i − 1] + 3 x[i])/4        y[2i + 1] = (3 x[i] + x[i + 1])/4
/// </code>
/// In the plane halving is a quarter of the adjoint of doubling, as average pooling is of repeating. Both are products with a banded matrix
/// along an axis: most of it is zeros, yet up to sides of about 128 a product costs less than the strided copies and shifts that sum the four
/// taps alone, a third at a side of 32, where halving takes about two thirds of a 3×3 convolution's time at 128 channels.
/// Resampling of NCSN++, Song et al. 2021, arXiv:2011.13456, appendix H.
/// </remarks>
internal sealed class FirResampling(Graph graph)
{
    private readonly Dictionary<(int Batch, int Side, bool Up), Node> matrices = [];

    /// <summary>Half of both sides, which are even: [N, H, W, C] to [N, H/2, W/2, C].</summary>
    public Node Down(Node x) => Resample(x, up: false);

    /// <summary>Twice both sides: [N, H, W, C] to [N, 2H, 2W, C].</summary>
    public Node Up(Node x) => Resample(x, up: true);

    private Node Resample(Node x, bool up)
    {
        var (n, h, w, c) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        var (height, width) = up ? (2 * h, 2 * w) : (h / 2, w / 2);
        var y = Op.MatMul(Matrix(n, h, up), Op.Reshape(x, [n, h, w * c]));
        y = Op.MatMul(Matrix(n * height, w, up), Op.Reshape(y, [n * height, w, c]));
        return Op.Reshape(y, [n, height, width, c]);
    }

    private Node Matrix(int batch, int side, bool up)
    {
        if (matrices.TryGetValue((batch, side, up), out var known)) return known;
        var rows = up ? 2 * side : side / 2;
        var values = new float[rows * side];
        for (var row = 0; row < rows; row++)
            foreach (var (column, tap) in up ? Doubling(row) : Halving(row))
                if (column >= 0 && column < side) values[(row * side) + column] = tap;
        return matrices[(batch, side, up)] = Op.BroadcastTo(graph.Constant(new FloatTensor([1, rows, side], values)), [batch, rows, side]);
    }

    private static (int Column, float Tap)[] Halving(int i) => [((2 * i) - 1, 0.125f), (2 * i, 0.375f), ((2 * i) + 1, 0.375f), ((2 * i) + 2, 0.125f)];

    private static (int Column, float Tap)[] Doubling(int i) => i % 2 == 0 ? [((i / 2) - 1, 0.25f), (i / 2, 0.75f)] : [(i / 2, 0.75f), ((i / 2) + 1, 0.25f)];
}
