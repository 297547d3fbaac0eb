using DiffusionSharp.Denoisers;
using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Guidance;

/// <summary>Inpainting, linear measurements and partly noised starts, on Gaussian data whose conditionals are known.</summary>
public sealed class InverseProblemTests
{
    private const int Count = 4000;

    // Correlated Gaussian data in the plane: E[x₁ | x₀] = m₁ + (c₀₁/c₀₀)(x₀ − m₀), variance c₁₁ − c₀₁²/c₀₀.
    private static readonly double[] M = [0.4, -0.3];
    private static readonly double[] C = [0.5, 0.35, 0.35, 0.4];
    private static readonly VpLinearSchedule Schedule = new();
    private static readonly Denoiser Correlated = new GaussianMixtureDenoiser(GaussianMixture.Full([1], new Tensor([1, 2], M), new Tensor([1, 2, 2], C)));

    [Fact]
    public void Repaint_keeps_what_is_known_and_nears_the_conditional_law_as_it_resamples()
    {
        const double given = 1.2;
        var known = Tensor.Create([Count, 2], values =>
        {
            for (var k = 0; k < Count; k++) values[2 * k] = given;
        });
        var mask = known.Map(v => v == 0 ? 0 : 1);
        var (mean, variance) = (M[1] + (C[1] / C[0] * (given - M[0])), C[3] - (C[1] * C[1] / C[0]));
        var errors = new List<double>();
        foreach (var resamples in (int[])[1, 10])
        {
            var x = new Repaint(Schedule, TimeGrid.Uniform(Schedule, 40), resamples, jump: 4).Sample(Correlated, known, mask, new SeededNoise(new Rng(3)));
            var (m, c) = Moments.Of(x);
            Assert.All(Enumerable.Range(0, Count), k => Assert.Equal(given, x.Sample(k)[0]));
            errors.Add(Math.Abs(m[1] - mean) + Math.Abs(Math.Sqrt(c[1, 1]) - Math.Sqrt(variance)));
        }

        // One pass is off by more than half of the conditional's spread (0.39). Resampling mends half of it and no more: at low levels the walk
        // no longer carries values far enough. Each sum's standard error is 0.01.
        Assert.True(errors[0] > 0.2 && errors[1] < 0.6 * errors[0], $"{errors[0]}, {errors[1]}");
    }

    [Fact]
    public void Repaint_with_everything_known_returns_it_and_with_nothing_known_and_one_pass_is_ancestral_sampling()
    {
        var grid = TimeGrid.Uniform(Schedule, 6);
        var data = new Rng(1).Normal([3, 2]);
        var sampler = new Repaint(Schedule, grid, 2, 3);
        Assert.Equal(data.Values, sampler.Sample(Correlated, data, data.Map(_ => 1), new SeededNoise(new Rng(2))).Values);
        var free = new Repaint(Schedule, grid, 1, 3).Sample(Correlated, data, data.Map(_ => 0), new EvenDraws(new SeededNoise(new Rng(2))));
        Near.RelativeToLargest(new DdpmSampler(Schedule, grid).Sample(Correlated, [3, 2], new SeededNoise(new Rng(2))), free, 1e-14, "ancestral");
    }

    [Fact]
    public void Repaint_walks_each_stretch_as_often_as_asked()
    {
        var counter = new Samplers.CountingDenoiser(Correlated);
        var steps = new Repaint(Schedule, TimeGrid.Uniform(Schedule, 10), resamples: 3, jump: 4).Steps(counter, Tensor.Zeros([1, 2]), Tensor.Zeros([1, 2]), new SeededNoise(new Rng(1))).ToList();

        // From the clean end: two stretches of 4 steps gone 3 times, the 2 noisiest steps once.
        Assert.Equal(2 + (2 * 4 * 3), counter.Calls);
        Assert.Equal((26, 25, Schedule.CleanTime), (steps[^1].Count, steps[^1].Index, steps[^1].Time));
    }

    [Fact]
    public void Measurement_guidance_gives_the_exact_posterior_mean_of_isotropic_gaussian_data()
    {
        // x₀ ~ N(m, v I), y = A x₀ + σ_y n with orthonormal rows: given x_t too, everything is linear and Gaussian.
        const double v = 0.6, noise = 0.3;
        var m = new Tensor([1, 3], [0.2, -0.5, 0.9]);
        var inner = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], m, [v]));
        var y = new Tensor([1, 1], [1.7]);
        double[] a = [0.6, 0.8, 0];
        var guided = new MeasurementGuidance(inner, new MatrixOperator(new Tensor([1, 3], a)), y, noise, v);
        var x = new Rng(2).Normal([4, 3]);
        foreach (var t in (double[])[0.02, 0.3, 0.8])
        {
            var level = Schedule.At(t);
            var d = guided.Denoise(x, level);
            var left = v * level.Sigma * level.Sigma / ((level.Alpha * level.Alpha * v) + (level.Sigma * level.Sigma));
            for (var k = 0; k < 4; k++)
            {
                // Bayes in two steps: x_t gives N(D, left I); y moves it along a.
                var prior = inner.Denoise(x, level).Sample(k).ToArray();
                var gain = left / (left + (noise * noise)) * (1.7 - ((a[0] * prior[0]) + (a[1] * prior[1])));
                for (var i = 0; i < 3; i++) Near.Number(prior[i] + (gain * a[i]), d.Sample(k)[i], 1e-12, $"t = {t}");
            }
        }
    }

    [Fact]
    public void Samples_under_measurement_guidance_have_the_posteriors_mean_and_variance()
    {
        const double v = 1, noise = 0.5;
        var inner = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, 2]), [v]));
        var guided = new MeasurementGuidance(inner, new MatrixOperator(new Tensor([1, 2], [1, 0])), new Tensor([1, 1], [1.5]), noise, v);
        var x = new DdimSampler(Schedule, TimeGrid.Uniform(Schedule, 400)).Sample(guided, [Count, 2], new SeededNoise(new Rng(8)));
        var (mean, covariance) = Moments.Of(x);
        var (m, variance) = (v / (v + (noise * noise)) * 1.5, v * noise * noise / (v + (noise * noise)));

        // Four standard errors, and first-order bias of 400 steps below 0.01.
        Assert.InRange(mean[0] - m, -0.01 - (4 * Math.Sqrt(variance / Count)), 0.01 + (4 * Math.Sqrt(variance / Count)));
        Assert.InRange(covariance[0, 0] / variance, 0.95 - (4 * Math.Sqrt(2.0 / Count)), 1.05 + (4 * Math.Sqrt(2.0 / Count)));
        Assert.InRange(covariance[1, 1], 1 - (4 * Math.Sqrt(2.0 / Count)), 1 + (4 * Math.Sqrt(2.0 / Count)));
    }

    [Fact]
    public void Posterior_sampling_as_published_brings_the_residual_down_and_leaves_the_rest_free()
    {
        var operation = new MatrixOperator(new Tensor([1, 2], [1, 1]));
        var y = new Tensor([1, 1], [1.6]);
        var plain = new DdpmSampler(Schedule, TimeGrid.Uniform(Schedule, 200)).Sample(Correlated, [300, 2], new SeededNoise(new Rng(1)));
        var held = new DiffusionPosteriorSampling(Schedule, TimeGrid.Uniform(Schedule, 200), operation, y, stepSize: 0.1).Steps(Correlated, [300, 2], new SeededNoise(new Rng(1))).Last().X;
        double Residual(Tensor x) => Math.Sqrt(Enumerable.Range(0, 300).Average(k => Math.Pow(1.6 - operation.Apply(x).Sample(k)[0], 2)));
        Assert.True(Residual(held) < Residual(plain) / 10, $"{Residual(held)} of {Residual(plain)}");
        var along = Enumerable.Range(0, 300).Select(k => held.Sample(k)[0] - held.Sample(k)[1]).ToArray();
        Assert.True(along.Average(a => Math.Pow(a - along.Average(), 2)) > 0.1);
    }

    [Fact]
    public void Operators_are_the_transposes_of_each_other()
    {
        var picture = new Rng(1).Normal([2, 4, 6, 3]);
        LinearOperator[] all = [new PoolingOperator(2), new MatrixOperator(new Rng(2).Normal([5, 72]))];
        foreach (var a in all)
        {
            var ax = a.Apply(picture);
            var y = new Rng(3).Normal(ax.Shape);
            Near.Number((ax * y).Values.ToArray().Sum(), (picture * a.ApplyTransposed(y, picture.Shape)).Values.ToArray().Sum(), 1e-11, "⟨Ax, y⟩ = ⟨x, Aᵀy⟩");
        }

        var ones = new PoolingOperator(2).Apply(picture.Map(_ => 1));
        Assert.All(ones.Values.ToArray(), v => Assert.Equal(1, v, 1e-15));
    }

    [Fact]
    public void A_partly_noised_start_keeps_the_picture_more_the_less_noise_it_gets()
    {
        var grid = TimeGrid.Uniform(Schedule, 20);
        var picture = new Tensor([1, 2], [1.1, 0.4]);
        var noise = new SeededNoise(new Rng(5));
        var distances = new List<double>();
        foreach (var strength in (double[])[0.1, 0.5, 1])
        {
            var part = grid.Last(PartialNoise.Steps(grid, strength));
            Assert.Equal((int)(20 * strength), part.Count);
            var many = Tensor.Concatenate([.. Enumerable.Repeat(picture, 500)]);
            var made = new DdimSampler(Schedule, part).Sample(Correlated, PartialNoise.Start(Schedule, part, many, noise), noise);
            distances.Add(((made - many) * (made - many)).Mean());
        }

        Assert.True(distances[0] < 0.1 * distances[2] && distances[1] < distances[2], string.Join(", ", distances));
        Assert.Equal(20, grid.Last(20).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => grid.Last(21));
        Assert.Throws<ArgumentOutOfRangeException>(() => PartialNoise.Steps(grid, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PartialNoise.Steps(grid, 1.01));
    }

    [Fact]
    public void What_needs_a_gradient_says_so_with_the_mend_and_bad_masks_are_refused()
    {
        var without = new Golden.RecordedModel(Prediction.Noise);
        var a = new MatrixOperator(new Tensor([1, 2], [1, 0]));
        var y = new Tensor([1, 1], [1]);
        Assert.Contains("RecordedModel has none; inpainting by RePaint needs none", Assert.Throws<ArgumentException>(() => new MeasurementGuidance(without, a, y, 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("RecordedModel has none", Assert.Throws<ArgumentException>(() => new DiffusionPosteriorSampling(Schedule, TimeGrid.Uniform(Schedule, 3), a, y).Steps(without, [1, 2], new SeededNoise(new Rng(1)))).Message, StringComparison.Ordinal);
        Assert.Contains("needs the data's variance", Assert.Throws<ArgumentException>(() => new MeasurementGuidance(Correlated, a, y, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("y holds a value that is not finite", Assert.Throws<ArgumentException>(() => new MeasurementGuidance(Correlated, a, new Tensor([1, 1], [double.NaN]), 0.1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Repaint: the grid runs from 2 to 0", Assert.Throws<ArgumentException>(() => new Repaint(Schedule, TimeGrid.Uniform(2, 0, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("measurements [N, 1] for samples of 2 values were expected", Assert.Throws<ArgumentException>(() => a.ApplyTransposed(Tensor.Zeros([1, 2]), [1, 2])).Message, StringComparison.Ordinal);
        var wrong = new MeasurementGuidance(Correlated, a, new Tensor([1, 2], [1, 1]), 0.1);
        Assert.Contains("y of shape [1, 1] or [3, 1] was expected, [1, 2] was given", Assert.Throws<ArgumentException>(() => wrong.Denoise(Tensor.Zeros([3, 2]), Schedule.At(0.5))).Message, StringComparison.Ordinal);
        var repaint = new Repaint(Schedule, TimeGrid.Uniform(Schedule, 3));
        Assert.Contains("it holds 0.5", Assert.Throws<ArgumentException>(() => repaint.Steps(Correlated, Tensor.Zeros([1, 2]), new Tensor([1, 2], [1, 0.5]), new SeededNoise(new Rng(1)))).Message, StringComparison.Ordinal);
        Assert.Contains("a mask of shape [1, 2] was expected", Assert.Throws<ArgumentException>(() => repaint.Steps(Correlated, Tensor.Zeros([1, 2]), Tensor.Zeros([2, 2]), new SeededNoise(new Rng(1)))).Message, StringComparison.Ordinal);
    }

    // The walk draws twice a move; ancestral sampling once a step.
    private sealed class EvenDraws(NoiseSource inner) : NoiseSource
    {
        public override Tensor Initial(Shape shape) => inner.Initial(shape);

        public override Tensor Draw(Shape shape, int index) => inner.Draw(shape, index / 2);
    }
}
