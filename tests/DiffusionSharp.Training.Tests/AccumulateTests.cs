using DiffusionSharp.Data.Sources;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class AccumulateTests
{
    private static readonly RunConfig Whole = new(
        "moons",
        "test",
        Mlp: new MlpOptions(2, Width: 24, Layers: 2, TimeFeatures: 16, Outputs: 4),
        Schedule: new ScheduleConfig(ScheduleKind.Cosine, Levels: 5),
        SampleSteps: 5,
        Steps: 30,
        Batch: 32,
        Seed: 4,
        Optimizer: new AdamOptions(Rate: 1e-3, ClipNorm: 0.5),
        Levels: new LevelConfig(LevelDistribution.Importance, History: 3),
        LearnedVariance: new LearnedVarianceConfig());

    private static DataSource Moons { get; } = DataSources.Open("moons", new DataSourceOptions(), Parallelism.Single);

    [Fact]
    public void Four_parts_of_eight_train_as_one_batch_of_thirty_two_with_levels_by_importance_and_learned_variance()
    {
        var (whole, cut) = (new TrainingLoop(Whole, Moons, Parallelism.Single), new TrainingLoop(Whole with { Accumulate = 4 }, Moons, Parallelism.Single));
        for (var step = 0; step < Whole.Steps; step++)
        {
            var (one, four) = (whole.Step(step), cut.Step(step));

            // Sums of float32 in another order: 2⁻²⁴ a term, some hundred terms, and 30 steps of Adam that carry it on.
            Assert.Equal(one.Loss, four.Loss, 1e-4 * Math.Abs(one.Loss));
            Assert.Equal(one.GradientNorm, four.GradientNorm, 1e-3 * one.GradientNorm);
        }

        Assert.True(whole.History!.IsFull, "Levels are drawn by their losses within these steps.");
        var (a, b) = (whole.Weights.Memory.Span.ToArray(), cut.Weights.Memory.Span.ToArray());
        Assert.Equal(0, a.Zip(b, (x, y) => Math.Abs(x - y)).Max(), 1e-4 * a.Max(Math.Abs));
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void A_step_needs_less_memory_the_more_parts_it_has()
    {
        long Bytes(int parts) => Trained(SmallRuns.Pictures with { Batch = 32, Accumulate = parts }).ArenaBytes;
        Assert.True(Bytes(4) < 0.4 * Bytes(1), $"{Bytes(4)} bytes in four parts, {Bytes(1)} in one.");

        static Trainer Trained(RunConfig config)
        {
            using var folder = new TemporaryFolder();
            return Trainer.Start(config, SmallRuns.Digits, folder["run"], Parallelism.Single);
        }
    }

    [Fact]
    public void A_batch_that_does_not_divide_into_the_parts_is_one_clear_line()
    {
        var error = Assert.Throws<ArgumentException>(() => (Whole with { Accumulate = 5 }).Validated());
        Assert.Equal("accumulate: the 32 samples of a batch do not divide into 5 equal parts; choose a divisor of 32, or another batch.", error.Message);
        Assert.Equal("accumulate: at least 1 is expected, 0 was given.", Assert.Throws<ArgumentException>(() => (Whole with { Accumulate = 0 }).Validated()).Message);
    }

    [Fact]
    public void Steps_in_parts_with_several_averages_allocate_nothing()
    {
        using var folder = new TemporaryFolder();
        var config = Whole with { Accumulate = 4, MoreEma = new Dictionary<string, EmaOptions> { ["slow"] = new(HalfLife: 100, RampUp: 0.05), ["fast"] = new(HalfLife: 5) } };
        var loop = new TrainingLoop(config, Sources.Normal(folder, 100, 2), Parallelism.Single);
        for (var step = 0; step < 5; step++) loop.Step(step);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 5; step < 30; step++) loop.Step(step);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_value_that_is_not_finite_in_an_early_part_stops_the_run_and_names_its_layer()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRuns.Pictures with { Accumulate = 3, Optimizer = new AdamOptions(Rate: 1e30), WarmupSteps = 0 };
        var error = Assert.Throws<DivergedException>(() => SmallRuns.Train(folder["run"], config: config));
        Assert.Contains("is not finite; the first such value arose in ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the optimizer", error.Message, StringComparison.Ordinal);
    }
}
