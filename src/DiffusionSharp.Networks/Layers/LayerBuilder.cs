using DiffusionSharp.Graphs;

namespace DiffusionSharp.Networks.Layers;

/// <summary>Builds layers with their parameters, named <c>weight</c> and <c>bias</c> under the layer's name.</summary>
internal sealed class LayerBuilder(Graph graph, InitializationScheme scheme)
{
    public Graph Graph => graph;

    /// <summary>Resampling through [1, 3, 3, 1], with the matrices that layers of one size share.</summary>
    public FirResampling Fir { get; } = new(graph);

    /// <summary>x w + bias over the innermost axis.</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="x">[.., in].</param>
    /// <param name="outputs">Columns of the weight.</param>
    /// <param name="ends">Whether the layer ends a residual branch or the network.</param>
    public Node Linear(string name, Node x, int outputs, bool ends = false)
    {
        var (weight, bias) = LinearParameters(name, x.Shape[^1], outputs, ends);
        using (graph.Scope(name)) return Op.Linear(x, weight, bias);
    }

    /// <summary>The parameters of a linear layer alone: weight [in, out], bias [out].</summary>
    public (Node Weight, Node Bias) LinearParameters(string name, int inputs, int outputs, bool ends = false)
    {
        using (graph.Scope(name)) return (graph.Parameter("weight", [inputs, outputs], Weight(inputs, outputs, ends)), graph.Parameter("bias", [outputs], Bias(inputs)));
    }

    /// <summary>A convolution and its bias; odd kernels keep the size where no padding is given.</summary>
    /// <param name="name">The layer's name in the scope around it.</param>
    /// <param name="x">[N, H, W, Ci].</param>
    /// <param name="outputs">Co.</param>
    /// <param name="kernel">KH = KW.</param>
    /// <param name="stride">1 or more.</param>
    /// <param name="padding">Zeros around the picture; null: half of the kernel on all sides.</param>
    /// <param name="ends">Whether the layer ends a residual branch or the network.</param>
    public Node Conv(string name, Node x, int outputs, int kernel = 3, int stride = 1, Padding? padding = null, bool ends = false)
    {
        using (graph.Scope(name))
        {
            var (inputs, area) = (x.Shape[^1], kernel * kernel);
            var weight = graph.Parameter("weight", [kernel, kernel, inputs, outputs], Weight(area * inputs, area * outputs, ends));
            var bias = graph.Parameter("bias", [outputs], Bias(area * inputs));
            return Op.Conv2D(x, weight, stride, padding ?? Padding.All(kernel / 2)) + bias;
        }
    }

    /// <summary>Group norm, with SiLU after it if asked.</summary>
    public Node GroupNorm(string name, Node x, int groups, double epsilon, bool silu = false)
    {
        using (graph.Scope(name))
        {
            var channels = x.Shape[^1];
            var gamma = graph.Parameter("weight", [channels], Initializers.Ones);
            var beta = graph.Parameter("bias", [channels], Initializers.Zeros);
            return Op.GroupNorm(x, gamma, beta, groups, epsilon, silu);
        }
    }

    /// <summary>One trained row of <paramref name="width"/> for each label.</summary>
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
