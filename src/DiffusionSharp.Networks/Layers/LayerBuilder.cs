using DiffusionSharp.Graphs;

namespace DiffusionSharp.Networks.Layers;

/// <summary>Builds layers with their parameters, named <c>weight</c> and <c>bias</c> under the layer's name.</summary>
/// <param name="graph">Where nodes and parameters are made.</param>
/// <param name="scheme">How the weights begin.</param>
/// <remarks>A name is taken once in its scope; <see cref="Graph.Scope"/> names a block of layers.</remarks>
public sealed class LayerBuilder(Graph graph, InitializationScheme scheme = InitializationScheme.PyTorch)
{
    /// <summary>Where nodes and parameters are made.</summary>
    public Graph Graph => graph;

    /// <summary>Resampling through [1, 3, 3, 1], with the matrices that layers of one size share.</summary>
    internal FirResampling Fir { get; } = new(graph);

    /// <summary>x w + bias over the innermost axis.</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="x">[.., in].</param>
    /// <param name="outputs">Columns of the weight, at least 1.</param>
    /// <param name="ends">Whether the layer ends a residual branch or the network: in <see cref="InitializationScheme.Ddpm"/> it begins with zeros.</param>
    /// <returns>[.., outputs].</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or the name is taken.</exception>
    public Node Linear(string name, Node x, int outputs, bool ends = false)
    {
        var (weight, bias) = LinearParameters(name, x.Shape[^1], outputs, ends);
        using (graph.Scope(name)) return Op.Linear(x, weight, bias);
    }

    /// <summary>The parameters of a linear layer alone: weight [in, out], bias [out].</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="inputs">Rows of the weight, at least 1.</param>
    /// <param name="outputs">Columns of the weight, at least 1.</param>
    /// <param name="ends">Whether the layer ends a residual branch or the network.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the name is taken.</exception>
    public (Node Weight, Node Bias) LinearParameters(string name, int inputs, int outputs, bool ends = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        using (graph.Scope(name))
        {
            var weight = graph.Parameter("weight", [inputs, outputs], Weight(inputs, outputs, ends));
            return (weight, graph.Parameter("bias", [outputs], Bias(inputs)));
        }
    }

    /// <summary>A convolution and its bias; odd kernels keep the size where no padding is given.</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="x">[N, H, W, Ci].</param>
    /// <param name="outputs">Co, at least 1.</param>
    /// <param name="kernel">KH = KW, at least 1.</param>
    /// <param name="stride">1 or more.</param>
    /// <param name="padding">Zeros around the picture; null: half of the kernel on all sides.</param>
    /// <param name="ends">Whether the layer ends a residual branch or the network.</param>
    /// <returns>[N, H′, W′, Co].</returns>
    /// <exception cref="ArgumentException">A shape or a number does not fit, or the name is taken.</exception>
    public Node Conv(string name, Node x, int outputs, int kernel = 3, int stride = 1, Padding? padding = null, bool ends = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        using (graph.Scope(name))
        {
            var (inputs, area) = (x.Shape[^1], kernel * kernel);
            var weight = graph.Parameter("weight", [kernel, kernel, inputs, outputs], Weight(area * inputs, area * outputs, ends));
            var bias = graph.Parameter("bias", [outputs], Bias(area * inputs));
            return Op.Conv2D(x, weight, stride, padding ?? Padding.All(kernel / 2)) + bias;
        }
    }

    /// <summary>Group norm, with SiLU after it if asked.</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="x">[N, .., C].</param>
    /// <param name="groups">Groups of channels, a divisor of C.</param>
    /// <param name="epsilon">Added to variances.</param>
    /// <param name="silu">Whether SiLU follows, in the same pass.</param>
    /// <exception cref="ArgumentException">A shape or a number does not fit, or the name is taken.</exception>
    public Node GroupNorm(string name, Node x, int groups, double epsilon = 1e-5, bool silu = false)
    {
        using (graph.Scope(name))
        {
            var channels = x.Shape[^1];
            var gamma = graph.Parameter("weight", [channels], Initializers.Ones);
            var beta = graph.Parameter("bias", [channels], Initializers.Zeros);
            return Op.GroupNorm(x, gamma, beta, groups, epsilon, silu);
        }
    }

    /// <summary>Self-attention over all positions of a picture, added to it (Vaswani et al. 2017, arXiv:1706.03762).</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="groups">Groups of the norm before it, a divisor of C; null: no norm.</param>
    /// <param name="headWidth">Channels of a head, a divisor of C; null: one head.</param>
    /// <exception cref="ArgumentException">A shape or a number does not fit, or the name is taken.</exception>
    public Node Attention(string name, Node x, int? groups = null, int? headWidth = null)
    {
        if (x.Shape.Rank != 4) throw new ArgumentException($"Attention: pictures [N, H, W, C] are expected, {x.Shape} came.", nameof(x));
        if (headWidth is { } width && (width < 1 || x.Shape[3] % width != 0))
            throw new ArgumentException($"Attention: a head's width divides the {x.Shape[3]} channels, {width} was given.", nameof(headWidth));
        using (graph.Scope(name)) return AttentionBlock.Build(this, x, groups, 1e-5, headWidth);
    }

    /// <summary>One trained row of <paramref name="width"/> for each label.</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="labels">[N] whole numbers below <paramref name="rows"/>.</param>
    /// <param name="rows">Labels there are; the classes and one more for "no class".</param>
    /// <param name="width">Numbers in a row, at least 1.</param>
    /// <returns>[N, width].</returns>
    /// <exception cref="ArgumentException">A shape or a number does not fit, or the name is taken.</exception>
    public Node Embedding(string name, Node labels, int rows, int width)
    {
        using (graph.Scope(name)) return Op.Embedding(graph.Parameter("weight", [rows, width], Initializers.Normal), labels);
    }

    private Initializer Weight(int fanIn, int fanOut, bool ends) => scheme switch
    {
        InitializationScheme.Ddpm => ends ? Initializers.Zeros : Initializers.FanAverage(fanIn, fanOut),
        _ => Initializers.FanIn(fanIn),
    };

    private Initializer Bias(int fanIn) => scheme == InitializationScheme.Ddpm ? Initializers.Zeros : Initializers.FanIn(fanIn);
}
