using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

public sealed class AccumulateTests
{
    private static readonly RunConfig Whole = new("moons", "test")
    {
        Mlp = new MlpOptions(2, Width: 24, Layers: 2, TimeFeatures: 16, Outputs: 4),
        Schedule = new CosineScheduleConfig(Levels: 5),
        SampleSteps = 5,
        Steps = 30,
        Batch = 32,
        Seed = 4,
        Optimizer = new AdamOptions(Rate: 1e-3, ClipNorm: 0.5),
        Levels = new LevelConfig(LevelDistribution.Importance, History: 3),
        LearnedVariance = new LearnedVarianceConfig(),
    };

    private static DataSource Moons { get; } = DataSource.Open("moons", new DataSourceOptions(), Parallelism.Single);

    [Fact]
    public void Four_parts_of_eight_train_as_one_batch_of_thirty_two_with_levels_by_importance_and_learned_variance()
    {
        var (whole, cut) = (new TrainingLoop(Whole, Moons, Machine.Single), new TrainingLoop(Whole with { Accumulate = 4 }, Moons, Machine.Single));
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
            return Trainer.Start(config, SmallRuns.Digits, folder["run"], Machine.Single);
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
        var loop = new TrainingLoop(config, Sources.Normal(folder, 100, 2), Machine.Single);
        for (var step = 0; step < 5; step++) loop.Step(step);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 5; step < 30; step++) loop.Step(step);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_gradient_that_overflows_in_an_early_part_is_found_there_after_the_last_part_has_run(int part)
    {
        using var folder = new TemporaryFolder();
        var config = new RunConfig("data", "test")
        {
            Mlp = new MlpOptions(2, Width: 16, Layers: 2, TimeFeatures: 16, Initialization: InitializationScheme.Ddpm),
            Schedule = ScheduleConfig.VpLinear,
            Weighting = LossWeighting.Likelihood,
            Levels = new LevelConfig(LevelDistribution.LogNormal, Mean: -0.5, Deviation: 0.1),
            Batch = 3,
            Accumulate = 3,
            Seed = 6,
        };

        // The last layer begins at zero: the estimate, and so the loss, does not see how large the sample is; the layer's gradient does.
        var values = new float[6];
        var wild = new BatchSampler(3, 3, new Rng(config.Seed).Split("order").Key).IndexAt(part);
        values.AsSpan(2 * wild, 2).Fill(1e38f);
        NpyFile.Write(folder["wild.npy"], new FloatTensor([3, 2], values));
        var loop = new TrainingLoop(config, NpySource.Open(folder["wild.npy"]), Machine.Single);
        var (loss, norm) = loop.Step(0);
        Assert.True(double.IsFinite(loss) && !double.IsFinite(norm), $"{loss}, {norm}");
        Assert.StartsWith("output", loop.FindNonFinite(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_filled_again_after_its_losses_were_remembered_draws_the_same_levels()
    {
        var config = Whole with { Accumulate = 4, Levels = new LevelConfig(LevelDistribution.Importance, History: 1) };
        var layout = new NetworkBlueprint(config, Moons.SampleShape).Layout();
        var weights = new ParameterBuffer(layout);
        weights.Initialize(new Rng(1));
        var program = new TrainingProgram(new NetworkBlueprint(config, Moons.SampleShape), config.PartSize(), config.Update(), weights, new TrainingState(new ParameterBuffer(layout), new ParameterBuffer(layout), new ParameterBuffer(layout)), Machine.Single);
        var batches = new BatchMaker(config, Moons, config.ScheduleOrDefault().Create(), program, Parallelism.Single);
        for (var step = 0; step < 4; step++)
        {
            batches.Begin();
            float[] first = [];
            for (var part = 0; part < config.Accumulate; part++)
            {
                batches.Fill(step, part);
                if (part == 0) first = [.. program.T, .. program.Weight];
                TrainingRates.Write(program.Rates, step + 1, config.OptimizerOrDefault(), config.LearningRate(), config.EmaOrDefault(), [], part);
                program.Run(new Rng(2));
                batches.Remember();
            }

            batches.Fill(step);
            float[] again = [.. program.T, .. program.Weight];
            Assert.Equal(first, again);
        }

        Assert.True(batches.History!.IsFull, "Levels are drawn by their losses within these steps.");
    }
}
