using DiffusionSharp.Graphs;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Objectives;

namespace DiffusionSharp.Training.Tests;

/// <summary>The differences between the objectives are constants of the data, whatever the network: by quadrature on mixtures.</summary>
public sealed class ScoreMatchingTheoryTests
{
    private static readonly NoiseLevel Clean = new(0, 1, 0);

    [Fact]
    public void Implicit_less_explicit_is_minus_half_the_mean_square_of_the_true_score()
    {
        // Hyvärinen 2005, theorem 1. The trapezoid rule on a Gaussian of deviation 0.6 with steps of 0.2 errs by less than 1e-30.
        var mixture = GaussianMixture.Isotropic([0.4, 0.6], new Tensor([2, 2], [-1, 0.5, 1, -0.5]), [0.36, 0.64]);
        const double H = 0.2;
        var axis = Enumerable.Range(0, 71).Select(i => -7 + (i * H)).ToArray();
        var x = new Tensor([axis.Length * axis.Length, 2], [.. axis.SelectMany(a => axis.SelectMany(b => new[] { a, b }))]);
        var p = mixture.LogDensity(x, Clean).Map(l => Math.Exp(l) * H * H).Values.ToArray();
        var trueScore = mixture.Score(x, Clean);
        Assert.Equal(1, p.Sum(), 1e-10);

        var network = new SmallScore(x.Samples);
        (network.Values["x"], network.Values["true"]) = ([.. x.Values], [.. trueScore.Values]);
        var oracle = new Interpreter(network.Values, network.Parameter, default);
        var implicitly = Mean(p, oracle.Evaluate(ScoreMatching.Implicit(network.Score, network.X)));
        var explicitly = Mean(p, oracle.Evaluate(ScoreMatching.Explicit(network.Score, network.X, network.Graph.Input("true", x.Shape))));
        Assert.Equal(-0.5 * Mean(p, Squares(trueScore)), implicitly - explicitly, 1e-9);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(1)]
    public void Denoising_less_explicit_is_the_constant_of_the_noise_and_the_true_score(double sigma)
    {
        // Vincent 2011: ½ D/σ² − ½ E‖∇ ln p_σ‖², the explicit loss being that at p_σ.
        var mixture = GaussianMixture.Isotropic([0.3, 0.7], new Tensor([2, 1], [-1.5, 1]), [0.25, 0.49]);
        const double H = 0.1, HNoise = 0.2;
        var axis = Enumerable.Range(0, 131).Select(i => -6.5 + (i * H)).ToArray();
        var eps = Enumerable.Range(0, 71).Select(i => -7 + (i * HNoise)).ToArray();
        var x0 = new Tensor([axis.Length, 1], axis);
        var ofData = mixture.LogDensity(x0, Clean).Map(l => Math.Exp(l) * H).Values.ToArray();
        var joint = new SmallScore(axis.Length * eps.Length, 1);
        joint.Values["x"] = [.. axis.SelectMany(a => eps.Select(_ => a))];
        joint.Values["noise"] = [.. axis.SelectMany(_ => eps)];
        double[] weights = [.. ofData.SelectMany(w => eps.Select(e => w * HNoise * Math.Exp(-e * e / 2) / Math.Sqrt(2 * Math.PI)))];
        Assert.Equal(1, weights.Sum(), 1e-10);
        var denoising = Mean(weights, new Interpreter(joint.Values, joint.Parameter, default).Evaluate(ScoreMatching.Denoising(joint.Score, joint.X, joint.Graph.Input("noise", joint.X.Shape), sigma)));

        var noisy = new NoiseLevel(0, 1, sigma);
        var x = new Tensor([281, 1], [.. Enumerable.Range(0, 281).Select(i => -14 + (i * H))]);
        var p = mixture.LogDensity(x, noisy).Map(l => Math.Exp(l) * H).Values.ToArray();
        var trueScore = mixture.Score(x, noisy);
        var network = new SmallScore(281, 1);
        (network.Values["x"], network.Values["true"]) = ([.. x.Values], [.. trueScore.Values]);
        var explicitly = Mean(p, new Interpreter(network.Values, network.Parameter, default).Evaluate(ScoreMatching.Explicit(network.Score, network.X, network.Graph.Input("true", x.Shape))));
        Assert.Equal((0.5 / (sigma * sigma)) - (0.5 * Mean(p, Squares(trueScore))), denoising - explicitly, 1e-9);
    }

    [Fact]
    public void On_gaussian_data_every_objective_is_least_at_the_exact_score_and_its_value_is_known()
    {
        // p = N(0, V), s = −a x: J_E = ½ D V (a − 1/V)², J_I = ½ D (a² V − 2 a), J_D at σ = ½ D (a² S + (1/σ − a σ)²), S + σ² = V.
        const int N = 50_000;
        const double S = 0.8, Sigma = 0.6;
        const double V = S + (Sigma * Sigma);
        var graph = new Graph();
        var (x0, noise) = (graph.Input("x0", [N, 2]), graph.Input("noise", [N, 2]));
        var x = x0 + (Sigma * noise);
        var values = new Dictionary<string, double[]> { ["x0"] = [.. new Rng(1).Normal([N, 2]).Map(v => v * Math.Sqrt(S)).Values], ["noise"] = [.. new Rng(2).Normal([N, 2]).Values] };
        var oracle = new Interpreter(values);
        foreach (var a in new[] { 0.3, 1 / V, 1.4 })
        {
            Node Score(Node y) => -a * y;
            Close((a - (1 / V)) * (a - (1 / V)) * V, oracle.Evaluate(ScoreMatching.Explicit(Score, x, -(x / V))));
            Close((a * a * V) - (2 * a), oracle.Evaluate(ScoreMatching.Implicit(Score, x)));
            Close((a * a * S) + Math.Pow((1 / Sigma) - (a * Sigma), 2), oracle.Evaluate(ScoreMatching.Denoising(Score, x0, noise, Sigma)));
        }

        // D/2 = 1; within four and a half standard errors, and float32 rounding of the graph's numbers.
        static void Close(double expected, double[] losses)
        {
            var mean = losses.Average();
            var error = Math.Sqrt(losses.Average(l => (l - mean) * (l - mean)) / losses.Length);
            Assert.Equal(expected, mean, (4.5 * error) + 1e-6);
        }
    }

    private static double Mean(double[] weights, double[] values) => weights.Zip(values, (w, v) => w * v).Sum();

    private static double[] Squares(Tensor rows) => [.. Enumerable.Range(0, rows.Samples).Select(k => rows.Sample(k).ToArray().Sum(v => v * v))];
}
