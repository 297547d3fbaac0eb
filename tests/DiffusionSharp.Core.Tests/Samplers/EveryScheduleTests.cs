using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>The whole catalog on every kind of schedule, from the most noise to clean data: none leans on the one it is usually tested on.</summary>
public sealed class EveryScheduleTests
{
    private const int Samples = 3;

    private static readonly Denoiser Mixture = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 3], [1, 0, -1, -1, 0.5, 1]), [0.1, 0.3]));

    private static readonly (string Name, Schedule Schedule)[] Schedules =
    [
        ("VP cosine", new VpCosineSchedule()),
        ("flow", new FlowSchedule()),
        ("flow, shift 3", new FlowSchedule(3)),
        ("sub-VP", new SubVpSchedule()),
        ("VE geometric", new VeGeometricSchedule()),
        ("EDM", new EdmSchedule()),
        ("geometric levels", new GeometricSchedule(0.05, 5, 10)),
        ("discrete linear", DiscreteSchedule.Linear()),
        ("discrete, zero SNR", DiscreteSchedule.Linear().RescaleToZeroTerminalSnr()),
        ("discrete cosine", DiscreteSchedule.Cosine()),
    ];

    public static TheoryData<string> All => [.. SamplerCatalog.All.Select(e => e.Name)];

    [Fact]
    public void No_kind_of_schedule_is_left_out()
    {
        // The linear one has tests of its own over the whole catalog.
        var kinds = typeof(Schedule).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Schedule)) && !t.IsAbstract && t != typeof(VpLinearSchedule));
        Assert.All(kinds, kind => Assert.Contains(Schedules, s => s.Schedule.GetType() == kind));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void On_every_schedule_it_runs_from_noise_to_clean_data_and_each_sample_by_itself(string name)
    {
        foreach (var (kind, schedule) in Schedules)
        {
            foreach (var steps in (int[])[1, 2, 7])
            {
                var grid = schedule is DiscreteSchedule or GeometricSchedule ? Timesteps.Trailing((int)schedule.NoiseTime + 1, steps) : TimeGrid.Uniform(schedule, steps);
                var sampler = SamplerCatalog.Find(name).Create(schedule, grid);
                var what = $"{name} on {kind} in {steps} steps";
                var trajectory = sampler.Steps(Mixture, [Samples, 3], new SeededNoise(new Rng(1))).ToList();
                Assert.True(trajectory.Count == steps && trajectory[^1].IsLast, what);
                Assert.True(trajectory[^1].Time == schedule.CleanTime, what);
                Assert.All(trajectory, step => Assert.True(step.X.IsFinite() && step.Denoised.IsFinite(), what));
                for (var k = 0; k < Samples; k++)
                {
                    var alone = sampler.Sample(Mixture, [1, 3], new SeededNoise(new Rng(1), firstSample: k));
                    Assert.True(Bits(trajectory[^1].X.Slice(k, 1)).SequenceEqual(Bits(alone)), $"{what}, sample {k}");
                }
            }
        }
    }

    private static IEnumerable<long> Bits(Tensor x) => x.Values.ToArray().Select(BitConverter.DoubleToInt64Bits);
}
