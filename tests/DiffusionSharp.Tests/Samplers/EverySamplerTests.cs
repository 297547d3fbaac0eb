using System.Reflection;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Tests.Samplers;

/// <summary>What every sampler owes, found by reflection: a sampler added later is held to it without being named here.</summary>
public sealed class EverySamplerTests
{
    private static readonly VpLinearSchedule Schedule = new();

    private static readonly Denoiser Mixture = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 6], [1, 0, -1, 0.5, 0, 2, -1, -1, 0, 0, 1, 1]), [0.1, 0.3]));

    public static TheoryData<Type> All => [.. typeof(Sampler).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Sampler)) && !t.IsAbstract)];

    [Theory]
    [MemberData(nameof(All))]
    public void A_trajectory_has_the_grids_steps_and_ends_at_its_end(Type type)
    {
        foreach (var steps in (int[])[1, 2, 7])
        {
            var sampler = Make(type, TimeGrid.Uniform(Schedule, steps));
            var trajectory = sampler.Steps(Mixture, [2, 2, 3], new SeededNoise(new Rng(1))).ToList();
            Assert.Equal(steps, trajectory.Count);
            Assert.Equal(Schedule.CleanTime, trajectory[^1].Time);
            Assert.True(trajectory[^1].IsLast);
            for (var i = 0; i < steps; i++)
            {
                Assert.Equal((i, steps, sampler.Grid.Targets[i]), (trajectory[i].Index, trajectory[i].Count, trajectory[i].Time));
                Assert.Equal<Shape>([2, 2, 3], trajectory[i].X.Shape);
                Assert.Equal<Shape>([2, 2, 3], trajectory[i].Denoised.Shape);
                Assert.True(trajectory[i].X.IsFinite());
            }

            Assert.Equal(trajectory[^1].X.Values, sampler.Sample(Mixture, [2, 2, 3], new SeededNoise(new Rng(1))).Values);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Eight_samples_are_three_and_five_byte_for_byte(Type type)
    {
        var sampler = Make(type, TimeGrid.Uniform(Schedule, 9));
        var rng = new Rng(42);
        var whole = sampler.Sample(Mixture, [8, 6], new SeededNoise(rng));
        var parts = Tensor.Concatenate(sampler.Sample(Mixture, [3, 6], new SeededNoise(rng)), sampler.Sample(Mixture, [5, 6], new SeededNoise(rng, firstSample: 3)));
        Assert.Equal(Bits(whole), Bits(parts));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_deterministic_sampler_depends_on_its_start_alone_and_a_stochastic_one_on_its_noise(Type type)
    {
        var sampler = Make(type, TimeGrid.Uniform(Schedule, 5));
        var start = new Rng(3).Normal([2, 6]);
        var one = sampler.Sample(Mixture, start, new SeededNoise(new Rng(4)));
        var other = sampler.Sample(Mixture, start, new SeededNoise(new Rng(5)));
        Assert.Equal(sampler.IsDeterministic, Bits(one).SequenceEqual(Bits(other)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_deterministic_sampler_converges_at_its_order_on_the_exact_gaussian_flow(Type type)
    {
        const double mean = 1.5, variance = 0.3;
        var sampler = Make(type, TimeGrid.Uniform(Schedule, 1));
        if (!sampler.IsDeterministic) return;
        var (from, to) = (Schedule.At(0.8), Schedule.At(0.1));
        var x = new Tensor([4, 1], [-2, -0.5, 0.7, 1.9]);
        var logErrors = new List<double>();
        foreach (var steps in (int[])[32, 64, 128, 256])
        {
            var end = Make(type, TimeGrid.Uniform(from.Time, to.Time, steps)).Sample(GaussianFlow.Scalar(mean, variance), x, new SeededNoise(new Rng(1)));
            logErrors.Add(Math.Log2((end - x.Map(v => GaussianFlow.Flow(v, from, to, mean, variance))).MaxAbs()));
        }

        for (var i = 1; i < logErrors.Count; i++) Assert.InRange(logErrors[i - 1] - logErrors[i], sampler.Order - 0.2, sampler.Order + 0.2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_grid_that_leaves_the_schedule_is_refused(Type type)
    {
        var error = Assert.Throws<TargetInvocationException>(() => Make(type, TimeGrid.Uniform(1.5, 0, 4)));
        Assert.StartsWith("Sampler: the grid runs from 1.5 to 0, the schedule from 1 to 0.", Assert.IsType<ArgumentException>(error.InnerException).Message, StringComparison.Ordinal);
    }

    // The convention: (Schedule, TimeGrid, options with defaults).
    private static Sampler Make(Type type, TimeGrid grid)
    {
        var constructor = Assert.Single(type.GetConstructors());
        var parameters = constructor.GetParameters();
        Assert.Equal([typeof(Schedule), typeof(TimeGrid)], parameters.Take(2).Select(p => p.ParameterType));
        Assert.All(parameters.Skip(2), p => Assert.True(p.HasDefaultValue, $"{type.Name}: {p.Name} has no default."));
        return (Sampler)constructor.Invoke([Schedule, grid, .. parameters.Skip(2).Select(p => p.DefaultValue)]);
    }

    private static long[] Bits(Tensor x) => [.. x.Values.ToArray().Select(BitConverter.DoubleToInt64Bits)];
}
