using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Tests;

/// <summary>s(x) = W₂ tanh(W₁ x + b₁) + b₂ on [N, D]: as nodes, and by hand with its Jacobian.</summary>
internal sealed class SmallScore
{
    private const int Hidden = 4;
    private readonly int dimension;
    private Node[]? parameters;

    public SmallScore(int samples = 5, int dimension = 2)
    {
        this.dimension = dimension;
        X = Graph.Input("x", [samples, dimension]);
        Values["x"] = Random("x", samples * dimension);
        (Weights["w1"], Weights["b1"]) = (Random("w1", dimension * Hidden), Random("b1", Hidden));
        (Weights["w2"], Weights["b2"]) = (Random("w2", Hidden * dimension), Random("b2", dimension));
    }

    public Graph Graph { get; } = new();

    public Node X { get; }

    public Dictionary<string, double[]> Values { get; } = [];

    public Dictionary<string, double[]> Weights { get; } = [];

    public double[] Parameter(string name) => Weights[name];

    public Node Score(Node x)
    {
        parameters ??=
        [
            Graph.Parameter("w1", [dimension, Hidden], (_, _) => { }), Graph.Parameter("b1", [Hidden], (_, _) => { }),
            Graph.Parameter("w2", [Hidden, dimension], (_, _) => { }), Graph.Parameter("b2", [dimension], (_, _) => { }),
        ];
        return Op.Linear(Op.Tanh(Op.Linear(x, parameters[0], parameters[1])), parameters[2], parameters[3]);
    }

    public (double[] Score, double[,] Jacobian) Slow(double[] x)
    {
        var (score, jacobian) = ((double[])Weights["b2"].Clone(), new double[dimension, dimension]);
        for (var j = 0; j < Hidden; j++)
        {
            var sum = Weights["b1"][j];
            for (var i = 0; i < dimension; i++) sum += x[i] * Weights["w1"][(i * Hidden) + j];
            var h = Math.Tanh(sum);
            for (var o = 0; o < dimension; o++)
            {
                score[o] += h * Weights["w2"][(j * dimension) + o];
                for (var i = 0; i < dimension; i++) jacobian[o, i] += Weights["w2"][(j * dimension) + o] * (1 - (h * h)) * Weights["w1"][(i * Hidden) + j];
            }
        }

        return (score, jacobian);
    }

    private static double[] Random(string name, int count) => [.. new Rng(2).Split(name).Normal([count]).Values.ToArray().Select(v => (double)(float)v)];
}
