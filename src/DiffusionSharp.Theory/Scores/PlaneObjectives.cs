using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics.LinearAlgebra;
using Losses = DiffusionSharp.Training.Objectives.ScoreMatching;

namespace DiffusionSharp.Theory.Scores;

/// <summary>
/// The objectives in the plane, where directions are a choice: of a model linear in its parameters by quadrature, and of a small network by
/// samples.
/// </summary>
internal sealed class PlaneObjectives(double directionLength, double divergenceFactor)
{
    private const int Side = 121;
    private const double Far = 6; // eight standard deviations from the outer mode
    private const int Directions = 8; // equal angles average any trigonometric polynomial below this degree exactly
    private const double Sigma = 0.5;

    private static readonly GaussianMixture Data = GaussianMixture.Isotropic([0.4, 0.6], new Tensor([2, 2], [-1, -0.4, 1, 0.6]), [0.4, 0.4]);
    private static readonly NoiseLevel Clean = new(0, 1, 0);
    private static readonly NoiseLevel Noisy = new(0, 1, Sigma);

    public void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        ByQuadrature(rng, notebook);
        ByNetwork(context, rng, notebook);
    }

    private void ByQuadrature(Rng rng, Notebook notebook)
    {
        (double, double)[] centres = [.. new[] { -1.5, 0, 1.5 }.SelectMany(x => new[] { -1.2, 0, 1.2 }.Select(y => (x, y)))];
        var features = new PlaneFeatures([(0.4, -1, -0.4), (0.6, 1, 0.6)], 0.4, centres, 1);
        var explicitly = new QuadraticObjective(features.Count);
        var implicitly = new QuadraticObjective(features.Count);
        var sliced = new QuadraticObjective(features.Count);
        var (grid, weights, scores) = Grid(Clean);
        double[] part = new double[features.Count], slope = new double[features.Count], cross = new double[features.Count];
        for (var k = 0; k < weights.Length; k++)
        {
            var (x, y) = (grid.Values[2 * k], grid.Values[(2 * k) + 1]);
            for (var axis = 0; axis < 2; axis++)
            {
                // The sum over the axes of (eᵀs)² is |s|², that of eᵀ(∇s)e the divergence.
                features.Along(x, y, 1 - axis, axis, part, slope);
                var s = scores.Values[(2 * k) + axis];
                for (var i = 0; i < cross.Length; i++) (cross[i], slope[i]) = (-part[i] * s, divergenceFactor * slope[i]);
                explicitly.Add(weights[k], part, cross, s * s / 2);
                implicitly.Add(weights[k], part, slope, 0);
            }

            for (var d = 0; d < Directions; d++)
            {
                var angle = 2 * Math.PI * d / Directions;
                features.Along(x, y, directionLength * Math.Cos(angle), directionLength * Math.Sin(angle), part, slope);
                sliced.Add(weights[k] / Directions, part, slope, 0);
            }
        }

        var thetas = Enumerable.Range(
            0,
            10).Select(t => Vector<double>.Build.Dense(features.Count, i => rng.Split("parameters").Split(t).Normal(2 * (ulong)i))).ToArray();
        var rounding = Tolerance.Rounding(1e2, sliced.Terms);
        notebook.Equal(
            "in the plane, directions averaged: largest |J_S − J_I| at 10 parameters",
            thetas.Max(t => Math.Abs(sliced.Value(t) - implicitly.Value(t))),
            0,
            rounding);
        notebook.Equal(
            "in the plane: largest |J_I − J_E + ½ E|∇ ln p|²| at 10 parameters",
            thetas.Max(t => Math.Abs(implicitly.Value(t) - explicitly.Value(t) + MeanHalfSquare(Clean))),
            0,
            rounding);
        var truth = Vector<double>.Build.Dense(features.Count, i => i == features.Count - 1 ? 1 : 0);
        foreach (var (name, objective) in new[] { ("explicit", explicitly), ("implicit", implicitly), ("sliced", sliced) })
            notebook.Equal(
                $"in the plane: rms distance of the {name} minimiser's score from the true one",
                explicitly.Distance(objective.Minimiser, truth),
                0,
                new Tolerance(objective.RoundingOfMinimiser(truth), "rounding of the sums, enlarged by the condition number"));
    }

    // The losses that train networks, on a network with its first weights: whatever it computes, the differences are constants of the data.
    private static void ByNetwork(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var count = context.Size(full: 32_768, quick: 8192);
        var graph = new Graph();
        Shape shape = [count, 2];
        var network = new Tanh(graph);
        var (x, eps, v) = (graph.Input("x", shape), graph.Input("eps", shape), graph.Input("v", shape));
        var noisy = graph.Input("noisy", shape);
        var outputs = new Dictionary<string, Node>
        {
            ["explicit"] = Losses.Explicit(network.Score, x, graph.Input("score", shape)),
            ["implicit"] = Losses.Implicit(network.Score, x),
            ["sliced"] = Losses.Sliced(network.Score, x, v),
            ["reduced"] = Losses.SlicedVarianceReduced(network.Score, x, v),
            ["denoising"] = Losses.Denoising(network.Score, x, eps, Sigma),
            ["noised"] = Losses.Explicit(network.Score, noisy, graph.Input("noisyScore", shape)),
        };
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(rng.Split("weights"));
        var program = CompiledGraph.Compile(outputs, weights, context.Executor);
        var (data, noise, directions) = (Data.Draw(rng.Split("data"), count), rng.Split("noise").Normal(shape), rng.Split("directions").Normal(shape));
        var moved = Noisy.AddNoise(data, noise);
        Fill("x", data);
        Fill("eps", noise);
        Fill("v", directions);
        Fill("noisy", moved);
        Fill("score", Data.Score(data, Clean));
        Fill("noisyScore", Data.Score(moved, Noisy));
        program.Run();

        // Sample by sample, so that what both losses share drops out of the error.
        notebook.Equal($"a network's J_I − J_E over {count} samples against −½ E|∇ ln p|²", Difference("implicit", "explicit"), -MeanHalfSquare(Clean));
        notebook.Equal("its J_S − J_I", Difference("sliced", "implicit"), 0);
        notebook.Equal("its J_S of reduced variance − J_I", Difference("reduced", "implicit"), 0);
        notebook.Equal(
            "its J_D − J_E at p_σ, σ = 0.5, against ½ d/σ² − ½ E|∇ ln p_σ|²",
            Difference("denoising", "noised"),
            (1 / (Sigma * Sigma)) - MeanHalfSquare(Noisy));

        void Fill(string name, Tensor values) => values.ToFloat().Values.CopyTo(program.Input(name));

        Measurement Difference(string a, string b)
        {
            var differences = new double[count];
            for (var k = 0; k < count; k++) differences[k] = (double)program.Output(a)[k] - program.Output(b)[k];
            return Measurement.OfMean(differences);
        }
    }

    private static (Tensor Points, double[] Weights, Tensor Scores) Grid(NoiseLevel level)
    {
        var axis = Quadrature.Points(-Far, Far, Side);
        var cell = (axis[1] - axis[0]) * (axis[1] - axis[0]);
        var points = new Tensor([Side * Side, 2], [.. axis.SelectMany(a => axis.SelectMany(b => new[] { a, b }))]);
        return (points, [.. Data.LogDensity(points, level).Map(l => Math.Exp(l) * cell).Values], Data.Score(points, level));
    }

    private static double MeanHalfSquare(NoiseLevel level)
    {
        var (_, weights, scores) = Grid(level);
        var sum = 0.0;
        for (var k = 0; k < weights.Length; k++)
            sum += weights[k] * ((scores.Values[2 * k] * scores.Values[2 * k]) + (scores.Values[(2 * k) + 1] * scores.Values[(2 * k) + 1])) / 2;
        return sum;
    }

    // Two linear layers and a tanh between them; its parameters are made once and used for clean and noisy samples alike.
    private sealed class Tanh(Graph graph)
    {
        private const int Width = 16;

        private readonly Node[] parameters =
        [
            graph.Parameter("w1", [2, Width], Initializers.FanIn(2)), graph.Parameter("b1", [Width], Initializers.FanIn(2)),
            graph.Parameter("w2", [Width, 2], Initializers.FanIn(Width)), graph.Parameter("b2", [2], Initializers.FanIn(Width)),
        ];

        public Node Score(Node x) => Op.Linear(Op.Tanh(Op.Linear(x, parameters[0], parameters[1])), parameters[2], parameters[3]);
    }
}
