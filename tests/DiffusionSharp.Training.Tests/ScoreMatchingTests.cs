using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Objectives;

namespace DiffusionSharp.Training.Tests;

/// <summary>The losses of score matching against loops in double, and their gradients by the weights against central differences.</summary>
public sealed class ScoreMatchingTests
{
    private const int N = 5;

    public static TheoryData<string> Names => ["explicit", "implicit", "sliced", "sliced-vr", "denoising", "levels"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_loss_is_that_of_loops_in_double(string name)
    {
        var network = new SmallScore();
        var losses = new Interpreter(network.Values, network.Parameter, default).Evaluate(Build(name, network));
        Near.Absolute([.. Enumerable.Range(0, N).Select(k => Slow(name, network, k))], losses, 1e-12, name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_gradient_by_the_weights_is_the_slope_that_central_differences_measure(string name)
    {
        var network = new SmallScore();
        var loss = Op.Mean(Build(name, network));
        var gradients = Gradients.Of(loss, network.Graph.Parameters);
        foreach (var (entry, gradient) in network.Graph.Layout.Entries.Zip(gradients))
        {
            var found = new Interpreter(network.Values, network.Parameter, default).Evaluate(gradient);
            for (var i = 0; i < found.Length; i++)
            {
                double At(double h)
                {
                    network.Weights[entry.Name][i] += h;
                    var value = new Interpreter(network.Values, network.Parameter, default).Evaluate(loss)[0];
                    network.Weights[entry.Name][i] -= h;
                    return value;
                }

                Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, found[i], 1e-7);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_compiled_program_gives_the_same(string name)
    {
        var network = new SmallScore();
        var losses = Build(name, network);
        var gradient = Gradients.Of(Op.Mean(losses), network.Graph.Parameters)[0];
        var weights = new ParameterBuffer(network.Graph.Layout);
        foreach (var entry in network.Graph.Layout.Entries)
            for (var i = 0; i < entry.Shape.Count; i++) weights[entry.Name][i] = (float)network.Weights[entry.Name][i];
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["losses"] = losses, ["gradient"] = gradient }, weights, new CpuExecutor(Parallelism.Single));
        foreach (var (label, values) in network.Values)
            if (program.HasInput(label))
                for (var i = 0; i < values.Length; i++) program.Input(label)[i] = (float)values[i];
        program.Run();
        var oracle = new Interpreter(network.Values, network.Parameter, default);
        Near.Absolute(oracle.Evaluate(losses), Wide(program.Output("losses")), 1e-5, name);
        Near.Absolute(oracle.Evaluate(gradient), Wide(program.Output("gradient")), 1e-5, name);
    }

    [Fact]
    public void Sliced_losses_over_all_signs_are_the_implicit_loss()
    {
        // With v over all four sign vectors of the plane E vvᵀ = I holds exactly.
        var network = new SmallScore();
        Node Direction(int signs) => network.Graph.Input($"v{signs}", [N, 2]);
        for (var signs = 0; signs < 4; signs++) network.Values[$"v{signs}"] = [.. Enumerable.Range(0, 2 * N).Select(i => ((signs >> (i % 2)) & 1) == 0 ? 1.0 : -1)];
        Node[] all = [.. Enumerable.Range(0, 4).Select(Direction)];
        var oracle = new Interpreter(network.Values, network.Parameter, default);
        var expected = oracle.Evaluate(ScoreMatching.Implicit(network.Score, network.X));
        Near.Absolute(expected, oracle.Evaluate(ScoreMatching.Sliced(network.Score, network.X, all)), 1e-12, "sliced");
        Near.Absolute(expected, oracle.Evaluate(ScoreMatching.SlicedVarianceReduced(network.Score, network.X, all)), 1e-12, "sliced, variance reduced");
    }

    [Fact]
    public void Taking_the_square_exactly_makes_the_sliced_loss_vary_less()
    {
        const int Directions = 2000;
        var network = new SmallScore(Directions);
        for (var i = 0; i < network.Values["x"].Length; i++) network.Values["x"][i] = network.Values["x"][i % 2];
        network.Values["v"] = [.. new Rng(8).Normal([Directions, 2]).Values];
        var v = network.Graph.Input("v", [Directions, 2]);
        var oracle = new Interpreter(network.Values, network.Parameter, default);
        double Variance(Node losses)
        {
            var values = oracle.Evaluate(losses);
            return values.Average(l => l * l) - (values.Average() * values.Average());
        }

        Assert.True(Variance(ScoreMatching.SlicedVarianceReduced(network.Score, network.X, v)) < 0.8 * Variance(ScoreMatching.Sliced(network.Score, network.X, v)));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var network = new SmallScore();
        var (score, x) = ((Func<Node, Node>)network.Score, network.X);
        var narrow = network.Graph.Input("narrow", [N, 1]);
        Assert.Equal("ScoreMatching.Explicit: two operands of one shape [N, D] were expected, [5, 2] and [5, 1] came. (Parameter 'other')", Assert.Throws<ArgumentException>(() => ScoreMatching.Explicit(score, x, narrow)).Message);
        Assert.Contains("the score of samples [5, 2] has the same shape, [5, 1] came", Assert.Throws<ArgumentException>(() => ScoreMatching.Implicit(_ => narrow, x)).Message, StringComparison.Ordinal);
        Assert.Contains("at least one direction is needed", Assert.Throws<ArgumentException>(() => ScoreMatching.Sliced(score, x)).Message, StringComparison.Ordinal);
        Assert.Contains("σ must be finite and above 0", Assert.Throws<ArgumentOutOfRangeException>(() => ScoreMatching.Denoising(score, x, x, double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("noise levels of shape [5] were expected", Assert.Throws<ArgumentException>(() => ScoreMatching.DenoisingOverLevels((y, _) => score(y), x, x, narrow)).Message, StringComparison.Ordinal);
    }

    private static Node Build(string name, SmallScore network)
    {
        Node Other(string label, Shape shape)
        {
            network.Values[label] = [.. new Rng(3).Split(label).Normal(shape).Values.ToArray().Select(v => (double)(float)v)];
            return network.Graph.Input(label, shape);
        }

        if (name == "levels")
        {
            network.Values["sigma"] = [0.5, 1, 2, 0.25, 4];
            return ScoreMatching.DenoisingOverLevels((x, sigma) => network.Score(x) / Op.Reshape(sigma, [N, 1]), network.X, Other("noise", [N, 2]), network.Graph.Input("sigma", [N]));
        }

        return name switch
        {
            "explicit" => ScoreMatching.Explicit(network.Score, network.X, Other("true", [N, 2])),
            "implicit" => ScoreMatching.Implicit(network.Score, network.X),
            "sliced" => ScoreMatching.Sliced(network.Score, network.X, Other("v", [N, 2]), Other("w", [N, 2])),
            "sliced-vr" => ScoreMatching.SlicedVarianceReduced(network.Score, network.X, Other("v", [N, 2]), Other("w", [N, 2])),
            _ => ScoreMatching.Denoising(network.Score, network.X, Other("noise", [N, 2]), 0.5),
        };
    }

    private static double Slow(string name, SmallScore network, int k)
    {
        double[] Row(string label) => network.Values[label][(2 * k)..((2 * k) + 2)];
        double Along(double[] v)
        {
            var (s, jacobian) = network.Slow(Row("x"));
            var along = (s[0] * v[0]) + (s[1] * v[1]);
            var square = name == "sliced" ? along * along : (s[0] * s[0]) + (s[1] * s[1]);
            return (square / 2) + (v[0] * ((jacobian[0, 0] * v[0]) + (jacobian[0, 1] * v[1]))) + (v[1] * ((jacobian[1, 0] * v[0]) + (jacobian[1, 1] * v[1])));
        }

        switch (name)
        {
            case "explicit":
            {
                var (s, _) = network.Slow(Row("x"));
                return (Math.Pow(s[0] - Row("true")[0], 2) + Math.Pow(s[1] - Row("true")[1], 2)) / 2;
            }

            case "implicit":
            {
                var (s, jacobian) = network.Slow(Row("x"));
                return (((s[0] * s[0]) + (s[1] * s[1])) / 2) + jacobian[0, 0] + jacobian[1, 1];
            }

            case "sliced" or "sliced-vr":
                return (Along(Row("v")) + Along(Row("w"))) / 2;
            default:
            {
                var sigma = name == "levels" ? network.Values["sigma"][k] : 0.5;
                var (x, eps) = (Row("x"), Row("noise"));
                var (s, _) = network.Slow([x[0] + (sigma * eps[0]), x[1] + (sigma * eps[1])]);
                var scale = name == "levels" ? 1 / sigma : 1;
                var loss = (Math.Pow((s[0] * scale) + (eps[0] / sigma), 2) + Math.Pow((s[1] * scale) + (eps[1] / sigma), 2)) / 2;
                return name == "levels" ? sigma * sigma * loss : loss;
            }
        }
    }

    private static double[] Wide(ReadOnlySpan<float> values) => [.. values.ToArray().Select(v => (double)v)];
}
