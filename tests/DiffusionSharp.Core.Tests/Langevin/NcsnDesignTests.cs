using DiffusionSharp.Denoisers;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Langevin;

/// <summary>The formulas of Song and Ermon 2020, arXiv:2006.09011, against closed forms and against the settings they published.</summary>
public sealed class NcsnDesignTests
{
    /// <summary>Side of pictures of three channels, σ_max, L, ε and T; σ_min is 0.01 in all.</summary>
    public static TheoryData<int, double, int, double, int> Published => new()
    {
        { 32, 50, 232, 6.2e-6, 5 },
        { 64, 90, 500, 3.3e-6, 5 },
        { 96, 140, 788, 4.9e-6, 4 },
        { 128, 190, 1086, 1.8e-6, 3 },
        { 256, 348, 2311, 9e-7, 3 },
    };

    [Fact]
    public void The_largest_distance_is_that_of_the_farthest_pair_whatever_the_threads()
    {
        var data = new Tensor([4, 2], [0, 0, 3, 4, 1, 1, -3, -4]);
        using var two = new Parallelism(2);
        Assert.Equal(10, NcsnDesign.LargestDistance(data));
        Assert.Equal(10, NcsnDesign.LargestDistance(data, two));
        Assert.Contains("at least two finite samples that differ", Assert.Throws<ArgumentException>(() => NcsnDesign.LargestDistance(data.Slice(0, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NcsnDesign.LargestDistance(Tensor.Zeros([3, 2])));
    }

    [Fact]
    public void The_overlap_is_the_share_of_radii_inside_three_deviations_of_the_next_level()
    {
        const int count = 100_000;
        const double gamma = 1.05;
        const int dimension = 2000;
        var random = new RandomSequence(new Rng(7));
        var inside = 0;
        for (var k = 0; k < count; k++)
        {
            var radius = Math.Sqrt(dimension) + (random.Normal() / Math.Sqrt(2));
            inside += Math.Abs(radius - (gamma * Math.Sqrt(dimension))) <= 3 * gamma / Math.Sqrt(2) ? 1 : 0;
        }

        var expected = NcsnDesign.OverlapOf(dimension, gamma);
        Near.Number(expected, (double)inside / count, 4 * Math.Sqrt(expected * (1 - expected) / count), "share of radii");
        Near.Number(0.9973002039367398, NcsnDesign.OverlapOf(dimension, 1), 1e-12, "three deviations of one level");
    }

    [Theory]
    [InlineData(5, 0.5)]
    [InlineData(784, 0.5)]
    [InlineData(3072, 0.5)]
    [InlineData(3072, 0.9)]
    public void The_ratio_solves_the_equation_of_technique_2(int dimension, double overlap) =>
        Near.Number(overlap, NcsnDesign.OverlapOf(dimension, NcsnDesign.Ratio(dimension, overlap)), 1e-9, "overlap");

    [Fact]
    public void In_many_dimensions_the_ratio_at_a_half_is_where_the_lower_end_meets_the_mean()
    {
        // Φ of the upper end is 1 to rounding, so the lower one is 0: √(2D)(γ − 1) = 3γ.
        foreach (var dimension in (int[])[784, 3072, 12288])
        {
            var root = Math.Sqrt(2.0 * dimension);
            Near.Number(root / (root - 3), NcsnDesign.Ratio(dimension), 1e-8, $"γ of {dimension}");
        }

        Assert.Contains("say how many levels", Assert.Throws<ArgumentOutOfRangeException>(() => NcsnDesign.Ratio(4)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_level_counts_are_those_of_an_overlap_near_a_half_and_published_steps_those_of_technique_4(int side, double sigmaMax, int levels, double epsilon, int langevinSteps)
    {
        var dimension = 3 * side * side;
        var published = Math.Pow(sigmaMax / 0.01, 1.0 / (levels - 1));
        Near.Number(0.567, NcsnDesign.OverlapOf(dimension, published), 0.003, "overlap of the published levels");
        Assert.InRange(NcsnDesign.Levels(0.01, sigmaMax, NcsnDesign.Ratio(dimension, 0.567)), levels - (levels / 200) - 1, levels + (levels / 200) + 1);
        Assert.InRange(NcsnDesign.Levels(0.01, sigmaMax, NcsnDesign.Ratio(dimension)), 0.9 * levels, levels);

        // The step published for LSUN church, 96×96, is 2.1 times what technique 4 gives; all others are it to their two digits.
        var kappa = epsilon / (0.01 * 0.01);
        Assert.InRange(NcsnDesign.StepSize(published, langevinSteps) / kappa, side == 96 ? 0.47 : 0.95, side == 96 ? 0.48 : 1.05);
    }

    [Fact]
    public void The_step_of_CIFAR_10_is_the_published_one() =>
        Near.Number(0.062, NcsnDesign.StepSize(Math.Pow(5000, 1.0 / 231), 5), 0.0005, "κ");

    [Fact]
    public void One_step_has_a_closed_form()
    {
        foreach (var gamma in (double[])[1.01, 1.2, 2, 10])
        {
            var kappa = NcsnDesign.StepSize(gamma, 1);
            Near.Number(1 - (1 / (gamma * gamma)), kappa, 1e-12, "κ");
            Near.Number(2 - (1 / (gamma * gamma)), NcsnDesign.Variance(kappa, gamma, 1), 1e-12, "variance");
        }
    }

    [Theory]
    [InlineData(1.0376, 5)]
    [InlineData(1.668, 100)]
    [InlineData(3, 2)]
    public void The_variance_is_that_of_the_recursion_and_the_step_is_where_it_is_least(double gamma, int langevinSteps)
    {
        double Simulated(double kappa)
        {
            var v = gamma * gamma;
            for (var t = 0; t < langevinSteps; t++) v = ((1 - kappa) * (1 - kappa) * v) + (2 * kappa);
            return v;
        }

        var best = NcsnDesign.StepSize(gamma, langevinSteps);
        Near.Number(Simulated(best), NcsnDesign.Variance(best, gamma, langevinSteps), 1e-12, "variance");
        for (var kappa = 0.0005; kappa < 1; kappa += 0.0005) Assert.True(Simulated(kappa) >= Simulated(best) - 1e-12, $"κ = {kappa} is better than {best}.");
    }

    [Fact]
    public void Annealed_Langevin_with_designed_steps_has_the_variance_that_the_formula_says_at_every_level()
    {
        // Data of a single point: the score at level σ is −x/σ².
        var denoiser = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, 1]), [1e-6]));
        var schedule = new GeometricSchedule(0.5, 4, 4);
        var sampler = new AnnealedLangevinSampler(schedule, Timesteps.All(4), NcsnDesign.StepSize(2, 3), 3, finalDenoising: false);
        const int count = 60_000;
        var variance = 4.0 * 4;
        foreach (var step in sampler.Steps(denoiser, [count, 1], new SeededNoise(new Rng(3))))
        {
            var sigma = schedule.Sigma(3 - step.Index);
            variance = sigma * sigma * NcsnDesign.Variance(sampler.StepSize, Math.Sqrt(variance) / sigma, 3);
            var measured = 0.0;
            foreach (var x in step.X.Values) measured += x * x / count;
            Near.Number(1, measured / variance, 4 * Math.Sqrt(2.0 / count), $"variance at σ = {sigma}");
        }
    }

    [Fact]
    public void On_levels_of_unequal_ratio_the_step_is_that_of_the_largest_which_mixes_a_mixture_no_worse_than_a_step_for_each_level()
    {
        var schedule = new VeGeometricSchedule(0.02, 6);
        var grid = Grids.Karras(schedule, 40);
        var ratios = Enumerable.Range(1, 39).Select(i => schedule.Sigma(grid.Times[i - 1]) / schedule.Sigma(grid.Times[i])).ToArray();
        var designed = NcsnDesign.StepSize(schedule, grid, 5);
        Assert.Equal(NcsnDesign.StepSize(ratios.Max(), 5), designed);
        Assert.True(DistanceFromMixture(designed) < DistanceFromMixture(NcsnDesign.StepSize(ratios.Min(), 5)));

        // Kolmogorov–Smirnov, against the law at the last level.
        double DistanceFromMixture(double stepSize)
        {
            const int count = 4000;
            var denoiser = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([4, 1], new Tensor([2, 1], [0.5, -2]), [0.06, 0.06]));
            var x = new AnnealedLangevinSampler(schedule, grid, stepSize, finalDenoising: false).Sample(denoiser, [count, 1], new SeededNoise(new Rng(5))).Values.ToArray();
            Array.Sort(x);
            var deviation = Math.Sqrt(0.06 + (0.02 * 0.02));
            return x.Select((value, k) => Math.Abs((0.8 * NormalLaw.Cumulative((value - 0.5) / deviation)) + (0.2 * NormalLaw.Cumulative((value + 2) / deviation)) - ((k + 0.5) / count))).Max();
        }
    }

    [Fact]
    public void A_grid_without_two_levels_that_hold_data_takes_the_published_step()
    {
        var zero = DiscreteSchedule.Linear().RescaleToZeroTerminalSnr();
        Assert.Equal(0.062, NcsnDesign.StepSize(zero, Timesteps.Trailing(1000, 2), 5));
        Assert.Equal(0.062, NcsnDesign.StepSize(zero, Timesteps.Trailing(1000, 1), 5));
        Assert.Equal(0.062, ((AnnealedLangevinSampler)SamplerCatalog.Find("ncsn-v2").Create(zero, Timesteps.Trailing(1000, 1))).StepSize);
        var levels = new GeometricSchedule(0.01, 50, 232);
        Near.Number(0.062, ((AnnealedLangevinSampler)SamplerCatalog.Find("ncsn-v2").Create(levels, Timesteps.All(232))).StepSize, 0.0005, "κ of CIFAR-10");
        Assert.Equal(0.3, ((AnnealedLangevinSampler)SamplerCatalog.Find("ncsn-v2").Create(levels, Timesteps.All(232), new SamplerOptions(StepSize: 0.3))).StepSize);
    }
}
