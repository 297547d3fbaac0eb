using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>What every sampler owes, over the whole catalog: a sampler added later is held to it without being named here.</summary>
public sealed class EverySamplerTests
{
    private static readonly VpLinearSchedule Schedule = new();

    private static readonly Denoiser Mixture = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 6], [1, 0, -1, 0.5, 0, 2, -1, -1, 0, 0, 1, 1]), [0.1, 0.3]));

    public static TheoryData<string> All => [.. SamplerCatalog.All.Select(e => e.Name)];

    [Fact]
    public void Every_sampler_of_the_library_is_in_the_catalog_and_no_name_is_there_twice()
    {
        var made = SamplerCatalog.All.Select(e => e.Create(Schedule, TimeGrid.Uniform(Schedule, 2)).GetType()).ToHashSet();
        Assert.All(typeof(Sampler).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Sampler)) && !t.IsAbstract), t => Assert.Contains(t, made));
        Assert.Equal(SamplerCatalog.All.Count, SamplerCatalog.All.DistinctBy(e => e.Name).Count());
        Assert.All(SamplerCatalog.All, e => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", e.Name));
        Assert.All(SamplerCatalog.All, e => Assert.True(e.Description.Length > 0 && e.Source.Contains("20", StringComparison.Ordinal), e.Name));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_trajectory_has_the_grids_steps_and_ends_at_its_end(string name)
    {
        foreach (var steps in (int[])[1, 2, 7])
        {
            var sampler = Make(name, TimeGrid.Uniform(Schedule, steps));
            var trajectory = sampler.Steps(Mixture, [2, 2, 3], new SeededNoise(new Rng(1))).ToList();
            Assert.Equal(steps, trajectory.Count);
            Assert.Equal(Schedule.CleanTime, trajectory[^1].Time);
            Assert.True(trajectory[^1].IsLast);
            for (var i = 0; i < steps; i++)
            {
                Assert.Equal((i, steps), (trajectory[i].Index, trajectory[i].Count));

                // Langevin dynamics at one level stays there until its last step.
                if (sampler.Order is not null) Assert.Equal(sampler.Grid.Targets[i], trajectory[i].Time);
                Assert.Equal<Shape>([2, 2, 3], trajectory[i].X.Shape);
                Assert.Equal<Shape>([2, 2, 3], trajectory[i].Denoised.Shape);
                Assert.True(trajectory[i].X.IsFinite());
            }

            Assert.Equal(trajectory[^1].X.Values, sampler.Sample(Mixture, [2, 2, 3], new SeededNoise(new Rng(1))).Values);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Sample_k_alone_in_a_batch_of_3_and_of_64_is_the_same_bytes(string name)
    {
        var sampler = Make(name, TimeGrid.Uniform(Schedule, 9));
        var rng = new Rng(42);
        var whole = sampler.Sample(Mixture, [64, 6], new SeededNoise(rng));
        Assert.Equal(Bits(whole.Slice(0, 3)), Bits(sampler.Sample(Mixture, [3, 6], new SeededNoise(rng))));
        foreach (var k in (int[])[0, 1, 17, 63])
            Assert.Equal(Bits(whole.Slice(k, 1)), Bits(sampler.Sample(Mixture, [1, 6], new SeededNoise(rng, firstSample: k))));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_deterministic_sampler_depends_on_its_start_alone_and_a_stochastic_one_on_its_noise(string name)
    {
        var sampler = Make(name, TimeGrid.Uniform(Schedule, 5));
        var start = new Rng(3).Normal([2, 6]);
        var one = sampler.Sample(Mixture, start, new SeededNoise(new Rng(4)));
        var other = sampler.Sample(Mixture, start, new SeededNoise(new Rng(5)));
        Assert.Equal(sampler.IsDeterministic, Bits(one).SequenceEqual(Bits(other)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_asks_the_denoiser_as_often_as_it_says(string name)
    {
        var sampler = Make(name, TimeGrid.Uniform(Schedule, 8));
        var counter = new CountingDenoiser(Mixture);
        sampler.Sample(counter, [2, 6], new SeededNoise(new Rng(1)));

        // The last step, to clean data, and one at pure noise may ask less often; a start, or the end of a chain, may ask more often, as often as it says.
        if (sampler.CallsPerStep is { } calls) Assert.InRange(counter.Calls - sampler.StartCalls, 6 * calls, 8 * calls);
        else Assert.Null(sampler.Order);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_deterministic_sampler_converges_at_its_order_on_the_exact_mixture(string name)
    {
        var probe = Make(name, TimeGrid.Uniform(Schedule, 1));
        if (!probe.IsDeterministic || probe.Order is not { } order) return;
        var (from, to) = (Schedule.At(0.9), Schedule.At(0.1));
        double[] starts = [-1.7, -0.9, -0.2, 0.3, 0.8, 1.6];
        var x = new Tensor([starts.Length, 1], starts);
        var exact = x.Map(v => MixtureFlow.Flow(v, from, to));
        double Error(int steps) => Math.Log2(Norm(Make(name, TimeGrid.Uniform(from.Time, to.Time, steps)).Sample(MixtureFlow.Denoiser, x, new SeededNoise(new Rng(1))) - exact));
        Assert.InRange(Slope(Error, 128, 256, 512), order - 0.2, order + 0.2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_stochastic_sampler_converges_at_its_weak_order_in_mean_and_covariance(string name)
    {
        var probe = Make(name, TimeGrid.Uniform(0.8, 0.1, 4));
        if (probe.IsDeterministic || probe.Order is not { } order) return;

        // A sampler that is not affine in its noise cannot be held by impulses, and so may not declare a weak order.
        Assert.True(GaussianFlow.IsAffine(probe), name);
        double Error(int steps) => Math.Log2(GaussianFlow.Error(Make(name, TimeGrid.Uniform(0.8, 0.1, steps))));

        // As fine as for the deterministic ones: methods that look back have a third-order term that hides the second-order one before,
        // the longest of them for another doubling.
        var slope = Slope(Error, 128, 256, 512);
        if (slope > order + 0.2) slope = Slope(Error, 256, 512, 1024);
        Assert.InRange(slope, order - 0.2, order + 0.2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_grid_that_leaves_the_schedule_is_refused(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => Make(name, TimeGrid.Uniform(1.5, 0, 4)));
        Assert.StartsWith($"{Make(name, TimeGrid.Uniform(1, 0, 4)).GetType().Name}: the grid runs from 1.5 to 0, the schedule from 1 to 0.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_network_asked_for_classes_is_told_those_of_the_whole_batch_whichever_sample_arrives_first(string name)
    {
        if (SamplerCatalog.Find(name).NeedsDensity) return;
        var sampler = Make(name, TimeGrid.Uniform(Schedule, 3));
        int[] classes = [1, 0, 2, 0];
        Tensor Draw(int first, params int[] labels) => sampler.Sample(new NetworkDenoiser(new ClassMeans(), Prediction.Data, labels: labels), [labels.Length, 2], new SeededNoise(new Rng(7), firstSample: first));
        var together = Draw(0, classes);
        for (var k = 0; k < classes.Length; k++) Assert.Equal(Bits(Draw(k, classes[k])), Bits(together.Slice(k, 1)));
    }

    private static Sampler Make(string name, TimeGrid grid) => SamplerCatalog.Find(name).Create(Schedule, grid);

    private static double Norm(Tensor x) => Math.Sqrt((x * x).Mean());

    // Least squares of −log₂ error over log₂ steps, the steps doubling.
    private static double Slope(Func<int, double> logError, params int[] steps)
    {
        var errors = steps.Select(logError).ToArray();
        return (errors[0] - errors[^1]) / (steps.Length - 1);
    }

    private static long[] Bits(Tensor x) => [.. x.Values.ToArray().Select(BitConverter.DoubleToInt64Bits)];

    // Class c is the Gaussian around c of deviation 10⁻ᶜ: each needs steps of its own.
    private sealed class ClassMeans : DenoisingNetwork
    {
        public override bool HasGradient => false;

        public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes)
        {
            var data = new FloatTensor(x.Shape);
            for (var i = 0; i < x.Values.Length; i++)
            {
                var (level, c) = (Schedule.At(t[i / 2]), classes[i / 2]);
                var variance = Math.Pow(100, -c);
                var gain = level.Alpha * variance / ((level.Alpha * level.Alpha * variance) + (level.Sigma * level.Sigma));
                data.Values[i] = (float)(c + (gain * (x.Values[i] - (level.Alpha * c))));
            }

            return data;
        }

        public override FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent) => throw new NotSupportedException();
    }
}
