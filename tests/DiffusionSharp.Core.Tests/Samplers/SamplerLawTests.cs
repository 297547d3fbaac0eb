using DiffusionSharp.Denoisers;
using DiffusionSharp.Distances;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>Samples of the whole catalog from exact denoisers, against the law they should have.</summary>
public sealed class SamplerLawTests
{
    private const int Steps = 250;

    // Samples on the line, and the value of √N·sup|F_N − F| that a right sampler exceeds once in a hundred thousand.
    private const int LineSamples = 3000;
    private const double KolmogorovLimit = 2.47;

    // Samples in the plane, and how many standard errors they may stray: with six moments of some sixty samplers, once in a hundred suites.
    private const int PlaneSamples = 1000;
    private const double MostErrors = 4.5;

    private static readonly VpLinearSchedule Schedule = new();
    private static readonly double[] Weights = [0.5, 0.3, 0.2];
    private static readonly Tensor Means = new([3, 2], [-0.8, -0.3, 0.7, 0.6, 0.4, -0.9]);
    private static readonly Tensor Covariances = new([3, 2, 2], [0.3, 0.12, 0.12, 0.25, 0.2, -0.1, -0.1, 0.15, 0.15, 0.05, 0.05, 0.35]);
    private static readonly GaussianMixture Mixture = GaussianMixture.Full(Weights, Means, Covariances);

    // It renoises what an ordinary denoiser gives, which narrows the law at every step; ConsistencySamplerTests hold it with an exact
    // consistency function, for which it is made.
    public static TheoryData<string> All => [.. SamplerCatalog.All.Select(e => e.Name).Where(name => Make(name) is not ConsistencySampler)];

    [Theory]
    [MemberData(nameof(All))]
    public void On_the_line_they_pass_kolmogorov_and_smirnovs_test(string name)
    {
        var x = Make(name).Sample(MixtureFlow.Denoiser, [LineSamples, 1], new SeededNoise(new Rng(11)));
        var sorted = x.Values.ToArray();
        Array.Sort(sorted);
        var distance = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var f = MixtureFlow.Cumulative(sorted[i]);
            distance = Math.Max(distance, Math.Max(f - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - f));
        }

        Assert.True(Math.Sqrt(LineSamples) * distance < KolmogorovLimit, FormattableString.Invariant($"√N·D = {Math.Sqrt(LineSamples) * distance:F2}"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void In_the_plane_their_moments_and_their_sliced_distance_are_those_of_the_target(string name)
    {
        var x = Make(name).Sample(new GaussianMixtureDenoiser(Mixture), [PlaneSamples, 2], new SeededNoise(new Rng(12)));
        var (moments, (mean, covariance)) = (SampleMoments.Of(x), Exact());
        for (var i = 0; i < 2; i++) Within(mean[i], moments.Mean.Values[i], moments.MeanErrors.Values[i], $"mean {i}");
        for (var i = 0; i < 4; i++) Within(covariance[i], moments.Covariance.Values[i], moments.CovarianceErrors.Values[i], $"covariance {i}");

        var sliced = SlicedWasserstein.Between(x, Mixture.Draw(new Rng(13), PlaneSamples), new Rng(14), projections: 32, repeats: 8);
        var limit = sliced.SameLaw.Value + (MostErrors * sliced.SameLawSpread);
        Assert.True(sliced.Distance.Value < limit, FormattableString.Invariant($"sliced distance {sliced.Distance.Value:F4}, of one law {sliced.SameLaw.Value:F4} ± {sliced.SameLawSpread:F4}"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void From_the_noisiest_level_of_the_cosine_schedule_a_deterministic_sampler_follows_the_flow_of_a_denoiser_with_small_errors(string name)
    {
        // σ/α is 20,000 there and 13 a step later: averaged slopes would throw samples far off. Langevin dynamics and error control walk at
        // levels of their own and are not asked.
        var schedule = DiscreteSchedule.Cosine();
        var sampler = SamplerCatalog.Find(name).Create(schedule, Timesteps.Trailing(1000, 20));
        if (!sampler.IsDeterministic || sampler.Order is null) return;
        var start = new Rng(15).Normal([50, 1]);
        var fine = new DdimSampler(schedule, Timesteps.All(1000)).Sample(MixtureFlow.Denoiser, start, new SeededNoise(new Rng(1)));
        var difference = sampler.Sample(new Perturbed(MixtureFlow.Denoiser), start, new SeededNoise(new Rng(1))) - fine;
        Assert.InRange(Math.Sqrt((difference * difference).Mean()), 1e-4, 0.12);
    }

    private static Sampler Make(string name) => SamplerCatalog.Find(name).Create(Schedule, TimeGrid.Uniform(Schedule, Steps));

    // First-order methods are biased by about a step: a hundredth is allowed beside the sampling error.
    private static void Within(double expected, double actual, double error, string what) =>
        Assert.True(Math.Abs(actual - expected) < 0.01 + (MostErrors * error), FormattableString.Invariant($"{what}: {actual:F4} ± {error:F4}, expected {expected:F4}"));

    // Σ w m and Σ w (C + m mᵀ) less the square of the first.
    private static (double[] Mean, double[] Covariance) Exact()
    {
        var (mean, covariance) = (new double[2], new double[4]);
        for (var k = 0; k < 3; k++)
            for (var i = 0; i < 2; i++)
            {
                mean[i] += Weights[k] * Means.Sample(k)[i];
                for (var j = 0; j < 2; j++) covariance[(2 * i) + j] += Weights[k] * (Covariances.Sample(k)[(2 * i) + j] + (Means.Sample(k)[i] * Means.Sample(k)[j]));
            }

        for (var i = 0; i < 4; i++) covariance[i] -= mean[i / 2] * mean[i % 2];
        return (mean, covariance);
    }

    // Off by a wave of height 1/1000, as a network would be.
    private sealed class Perturbed(Denoiser inner) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => inner.Denoise(x, levels) + (1e-3 * x.Map(v => Math.Sin(3 * v)));

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }
}
