using DiffusionSharp.Guidance;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

public sealed class ForeignGridTests
{
    private static readonly DiscreteSchedule Schedule = DiscreteSchedule.Linear();

    public static TheoryData<string> Names => [.. SamplerCatalog.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_sampler_takes_a_grid_that_was_made_for_another_number_of_levels(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => SamplerCatalog.Find(name).Create(Schedule, Timesteps.Trailing(500, 50)));
        var sampler = SamplerCatalog.Find(name).Create(Schedule, Schedule.Grid(50)).GetType().Name;
        Assert.StartsWith($"{sampler}: the grid was made for 500 levels, the schedule has 1000; make it from the schedule: schedule.Grid(50).", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_keeps_the_levels_that_it_was_made_for_whatever_is_cut_from_it()
    {
        foreach (var spacing in Enum.GetValues<TimestepSpacing>()) Assert.Equal(100, Timesteps.Create(spacing, 100, 10).Levels);
        var grid = Timesteps.Linspace(100, 10);
        foreach (var made in (TimeGrid[])[grid.Last(3), grid.WithLastStepsJoined(), grid.EndingAtFirstLevel(), grid.WithStrideTargets(100), Timesteps.Distilled(100, 2), Timesteps.All(100)])
            Assert.Equal(100, made.Levels);
        Assert.Equal(1000, Schedule.Grid(7).Last(2).Levels);
        Assert.Equal(1000, Timesteps.UnroundedLinspace(Schedule, 7).Levels);
        Assert.Null(TimeGrid.Uniform(Schedule, 7).Levels);
        Assert.Null(new EdmSchedule().Grid(7).Levels);
    }

    [Fact]
    public void Timesteps_are_refused_where_no_level_was_trained_and_by_inversion_repainting_and_the_bound_too()
    {
        var grid = Timesteps.Trailing(500, 50);
        Assert.Contains("the schedule has none; make it from the schedule: schedule.Grid(1)", Assert.Throws<ArgumentException>(() => new DdimSampler(new VeGeometricSchedule(), Timesteps.All(1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("DdimInversion: the grid was made for 500", Assert.Throws<ArgumentException>(() => new DdimInversion(Schedule, grid)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Repaint: the grid was made for 500", Assert.Throws<ArgumentException>(() => new Repaint(Schedule, grid)).Message, StringComparison.Ordinal);
        Assert.StartsWith("EvidenceLowerBound: the grid was made for 500", Assert.Throws<ArgumentException>(() => new EvidenceLowerBound(Schedule, grid)).Message, StringComparison.Ordinal);
        Assert.Contains("schedule.Grid(1000).", Assert.Throws<ArgumentException>(() => new DdimSampler(Schedule, Timesteps.All(2000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_noise_alone_no_sampler_starts_where_there_is_more_data_than_noise_and_from_a_state_it_may()
    {
        var late = new DdimSampler(Schedule, Schedule.Grid(50).Last(5));
        var noise = new SeededNoise(new Rng(1));
        Assert.StartsWith("DdimSampler: from noise alone, a start at time 99 is too late", Assert.Throws<ArgumentException>(() => late.Steps(GaussianFlow.Denoiser, [2, 2], noise)).Message, StringComparison.Ordinal);
        Assert.Equal(5, late.Steps(GaussianFlow.Denoiser, Tensor.Zeros([2, 2]), noise).Count());
        Assert.Contains("schedule.Grid(4)", Assert.Throws<ArgumentException>(() => new EulerSampler(new FlowSchedule(), TimeGrid.Uniform(0.4, 0, 4)).Steps(GaussianFlow.Denoiser, [2, 2], noise)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Repaint(Schedule, Schedule.Grid(50).Last(5)).Steps(GaussianFlow.Denoiser, Tensor.Zeros([2, 2]), Tensor.Zeros([2, 2]), noise));

        // A compatibility grid that starts in the middle, where noise prevails, and a schedule that never has more noise than data.
        Assert.Equal(2, new DdimSampler(Schedule, Timesteps.Leading(1000, 2)).Steps(GaussianFlow.Denoiser, [2, 2], noise).Count());
        Assert.Equal(new DdimSampler(Schedule, Schedule.Grid(3)).Sample(GaussianFlow.Denoiser, [2, 2], noise).Values, new DdimSampler(Schedule, Schedule.Grid(3)).Sample(GaussianFlow.Denoiser, [2, 2], seed: 1).Values);
        var mild = DiscreteSchedule.FromBetas([0.1, 0.1, 0.1]);
        Assert.Equal(2, new DdimSampler(mild, mild.Grid(2)).Steps(GaussianFlow.Denoiser, [2, 2], noise).Count());
    }
}
