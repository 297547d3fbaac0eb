using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

/// <summary>A network trained by each objective on a mixture of the plane finds the true score.</summary>
public sealed class ScoreTrainingTests
{
    private const int Steps = 600;
    private const int Batch = 256;
    private const double Sigma = 0.5;

    private static readonly GaussianMixture Mixture = GaussianMixture.Isotropic([0.5, 0.5], new Tensor([2, 2], [-1.2, 0, 1.2, 0.4]), [0.5, 0.3]);

    private static readonly double[] Ladder = [2, 1, 0.5];

    public static TheoryData<string> Names => ["explicit", "implicit", "sliced", "sliced-vr", "denoising", "levels"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_trained_network_is_near_the_true_score(string name)
    {
        var program = new LossProgram(graph => Loss(name, graph), new AdamOptions(Rate: 5e-3), new LearningRateSchedule(RateCurve.Cosine, 0, Steps), new Rng(1), Machine.Single);
        var before = Divergence(name, program.Weights);
        for (var step = 0; step < Steps; step++)
        {
            Fill(name, program, new Rng(2).Split((long)step));
            program.Step();
        }

        // ½ E‖s − ∇ ln p‖², which begins near the mean square of the true score, about 1.
        var after = Divergence(name, program.Weights);
        Assert.True(after < 0.08 && after < before / 10, FormattableString.Invariant($"{name}: the Fisher divergence fell from {before:G4} to {after:G4}."));
    }

    private static Node Loss(string name, Graph graph)
    {
        var x = graph.Input("x", [Batch, 2]);
        var network = Network(graph, Batch);
        Node Score(Node y) => network(y, null);
        Node Other(string label) => graph.Input(label, [Batch, 2]);
        return name switch
        {
            "explicit" => ScoreMatching.Explicit(Score, x, Other("true")),
            "implicit" => ScoreMatching.Implicit(Score, x),
            "sliced" => ScoreMatching.Sliced(Score, x, Other("v")),
            "sliced-vr" => ScoreMatching.SlicedVarianceReduced(Score, x, Other("v")),
            "denoising" => ScoreMatching.Denoising(Score, x, Other("v"), Sigma),
            _ => ScoreMatching.DenoisingOverLevels(network, x, Other("v"), graph.Input("sigma", [Batch])),
        };
    }

    private static void Fill(string name, LossProgram program, Rng rng)
    {
        var x = Mixture.Draw(rng.Split("x"), Batch);
        Copy(x, program.Input("x"));
        if (name == "explicit") Copy(Mixture.Score(x, Level(0)), program.Input("true"));
        else if (name != "implicit") Copy(rng.Split("v").Normal([Batch, 2]), program.Input("v"));
        if (name == "levels")
            for (var k = 0; k < Batch; k++) program.Input("sigma")[k] = (float)Ladder[rng.Integer(Ladder.Length, (ulong)k)];
    }

    // ½ E‖s − ∇ ln p_σ‖² at the level that was trained, or the mean of σ² times it over all of them.
    private static double Divergence(string name, ParameterBuffer weights)
    {
        const int N = 2000;
        var graph = new Graph();
        var (x, sigma) = (graph.Input("x", [N, 2]), graph.Input("sigma", [N]));
        var many = name == "levels";
        var score = Network(graph, N)(x, many ? sigma : null);
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["s"] = score }, weights, new CpuExecutor(Parallelism.Single));
        var levels = many ? Ladder : [name == "denoising" ? Sigma : 0];
        var total = 0.0;
        foreach (var level in levels)
        {
            var noisy = Mixture.Draw(new Rng(3), N) + (level * new Rng(4).Normal([N, 2]));
            Copy(noisy, program.Input("x"));
            if (many) program.Input("sigma").Fill((float)level);
            program.Run();
            var trueScore = Mixture.Score(noisy, Level(level));
            var sum = 0.0;
            for (var i = 0; i < 2 * N; i++) sum += Math.Pow(program.Output("s")[i] - trueScore.Values[i], 2);
            total += (many ? level * level : 1) * sum / 2 / N / levels.Length;
        }

        return total;
    }

    // The multi-layer perceptron of the library; over many levels time is 250 ln σ, and its output is divided by σ.
    private static Func<Node, Node?, Node> Network(Graph graph, int n) => (x, sigma) =>
    {
        var t = sigma is null ? graph.Constant(new FloatTensor([n])) : 250 * Op.Log(sigma);
        var s = Mlp.Build(graph, new MlpOptions(2, Width: 48, Layers: 2, TimeFeatures: 16), x, t);
        return sigma is null ? s : s / Op.Reshape(sigma, [n, 1]);
    };

    private static NoiseLevel Level(double sigma) => new(0, 1, sigma);

    private static void Copy(Tensor from, Span<float> to)
    {
        for (var i = 0; i < to.Length; i++) to[i] = (float)from.Values[i];
    }
}
