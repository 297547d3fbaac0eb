using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Guidance;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

public sealed class ConditionalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static RunConfig Points { get; } = new RunConfig("eight-gaussians", "test")
    {
        Mlp = new MlpOptions(2, Width: 64, Layers: 2, TimeFeatures: 32),
        Steps = 250,
        Batch = 128,
        Seed = 3,
        Optimizer = new AdamOptions(Rate: 5e-3, ClipNorm: 1),
        RateCurve = RateCurve.Cosine,
        Ema = new EmaOptions(MaxDecay: 0.9),
        LogEvery = 100,
        SampleSteps = 5,
        Conditioning = new ConditioningConfig(8),
    }.Validated();

    private static RunConfig Pictures { get; } = SmallRuns.Pictures with { Conditioning = new ConditioningConfig(10, LabelDropout: 0.3), SampleCount = 25 };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Samples_of_a_class_lie_in_its_mode_and_those_of_no_class_in_all_modes()
    {
        foreach (var _ in Trainer.Start(Points, PointSource.Create("eight-gaussians", 5000), folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken))
        {
        }

        var model = SavedModel.Load(folder["run"]);
        var sampler = new DdimSampler(model.Schedule, Timesteps.Trailing(1000, 20));
        int[] labels = SampleSheet.Rows(8, 40);
        foreach (var guidance in new[] { null, new GuidanceOptions(2) })
        {
            var (samples, calls) = new SamplingJob(model, sampler, labels.Length, Seed: 1, 1024, labels, guidance).Run(Machine.Single);
            Assert.Equal(guidance is null ? 20 : 40, calls);
            Assert.InRange(Enumerable.Range(0, labels.Length).Count(k => Mode(samples.Sample(k)) == labels[k]), 304, 320);
        }

        var (free, _) = new SamplingJob(model, sampler, 320, Seed: 1, 1024).Run(Machine.Single);
        var counts = new int[8];
        for (var k = 0; k < 320; k++) counts[Mode(free.Sample(k))]++;
        Assert.All(counts, n => Assert.InRange(n, 10, 90));
    }

    [Fact]
    public void Each_sample_has_its_own_label_or_none_and_as_many_are_dropped_as_asked_however_batches_are_cut()
    {
        var source = PointSource.Create("eight-gaussians", 5000);
        var (whole, parts) = (Labels(Points with { Batch = 4000 }, source, 1), Labels(Points with { Batch = 40 }, source, 100));
        Assert.Equal(whole, parts);
        var order = new BatchSampler(5000, 1, new Rng(Points.Seed).Split("order").Key);
        var dropped = 0;
        for (var p = 0; p < whole.Length; p++)
        {
            if (whole[p] == 8) dropped++;
            else Assert.Equal(source.Label(order.IndexAt(p)), whole[p]);
        }

        // Four standard errors of a share of 0.1 among 4000.
        Assert.InRange(dropped / 4000.0, 0.1 - 0.019, 0.1 + 0.019);
        Assert.DoesNotContain(8, Labels(Points with { Batch = 4000, Conditioning = new ConditioningConfig(8, LabelDropout: 0) }, source, 1));
    }

    [Fact]
    public void A_conditional_run_resumes_to_the_same_bytes_at_any_number_of_threads_and_its_sheet_has_a_row_for_each_class()
    {
        SmallRuns.Train(folder["straight"], config: Pictures);
        SmallRuns.Train(folder["killed"], steps: 17, threads: 3, config: Pictures);
        SmallRuns.Train(folder["killed"], threads: 2, config: Pictures);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));

        // 25 samples make 2 of each of 10 classes; pictures of 8 pixels, magnified to 56, with margins of 2, and a letter of 10 and its gap of 8 beside them.
        var sheet = PictureFile.Read(new RunFolder(folder["straight"]).SampleFile(40, ".png"));
        Assert.Equal((2 + (10 * 58), 2 + 10 + 8 + (2 * 58)), (sheet.Height, sheet.Width));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_guided_sample_depends_on_the_seed_its_number_and_its_class_alone(int batch)
    {
        var model = Model(Pictures);
        Sampler sampler = new DdpmSampler(model.Schedule, Timesteps.Trailing(1000, 4));
        int[] labels = [3, 1, 4, 1, 5, 9, 2];
        var guidance = new GuidanceOptions(2.5, 0.4, new GuidanceInterval(0.1, 40));
        var (whole, _) = new SamplingJob(model, sampler, 7, Seed: 4, 32, labels, guidance).Run(Machine.Single);
        using var threads = new Parallelism(3);
        var (cut, _) = new SamplingJob(model, sampler, 7, Seed: 4, batch, labels, guidance).Run(Machine.On(threads));
        Assert.Equal(whole.Values.ToArray(), cut.Values.ToArray());
        var (other, _) = new SamplingJob(model, sampler, 7, Seed: 4, batch, [.. labels[..6], 3], guidance).Run(Machine.On(threads));
        Assert.Equal(whole.Slice(0, 6).Values.ToArray(), other.Slice(0, 6).Values.ToArray());
        Assert.NotEqual(whole.Sample(6).ToArray(), other.Sample(6).ToArray());
    }

    [Fact]
    public void Weight_one_is_the_conditional_model_to_the_byte_and_weight_zero_the_unconditional()
    {
        var model = Model(Points);
        var sampler = new DdimSampler(model.Schedule, Timesteps.Trailing(1000, 4));
        int[] labels = [7, 0, 3];
        double[] Drawn(int[]? labels, GuidanceOptions? guidance, long calls)
        {
            var (samples, asked) = new SamplingJob(model, sampler, 3, Seed: 4, 32, labels, guidance).Run(Machine.Single);
            Assert.Equal(calls, asked);
            return samples.Values.ToArray();
        }

        Assert.Equal(Drawn(labels, null, 4), Drawn(labels, new GuidanceOptions(1), 4));
        Assert.Equal(Drawn(null, null, 4), Drawn(labels, new GuidanceOptions(0), 4));
        Assert.NotEqual(Drawn(labels, null, 4), Drawn(null, null, 4));
    }

    [Fact]
    public void No_class_is_the_last_row_of_the_table_in_estimates_and_in_gradients()
    {
        var model = Model(Points);
        var network = model.Network(2, Machine.Single);
        var x = new Rng(1).Normal([3, 2]).ToFloat();
        float[] t = [10, 500, 900];
        Assert.Equal(network.Evaluate(x, t, [8, 8, 8]).Values.ToArray(), network.Evaluate(x, t, []).Values.ToArray());
        Assert.NotEqual(network.Evaluate(x, t, [8, 8, 0]).Values.ToArray(), network.Evaluate(x, t, []).Values.ToArray());
        Assert.Equal(model.Network(3, Machine.Single).Evaluate(x, t, [1, 2, 3]).Values.ToArray(), network.Evaluate(x, t, [1, 2, 3]).Values.ToArray());
        Assert.Equal(network.VectorJacobian(x, t, [8, 8, 8], x).Values.ToArray(), network.VectorJacobian(x, t, [], x).Values.ToArray());
        Assert.NotEqual(network.VectorJacobian(x, t, [1, 2, 3], x).Values.ToArray(), network.VectorJacobian(x, t, [], x).Values.ToArray());
        Assert.Contains("classes are 0 to 7, and 8 for none; 9 was given", Assert.Throws<ArgumentOutOfRangeException>(() => network.Evaluate(x, t, [0, 1, 9])).Message, StringComparison.Ordinal);
        Assert.Contains("one class for each of the 3 samples, 2 were given", Assert.Throws<ArgumentException>(() => network.Evaluate(x, t, [0, 1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guided_picture_is_guided_first_and_clipped_then()
    {
        var model = Model(Pictures);
        var network = model.Network(2, Machine.Single);
        Denoiser Inner(Denoiser d) => Assert.IsType<ClippedDenoiser>(d).Inner;
        var (c, u) = (Inner(model.Denoiser(network, [2, 5])), Inner(model.Denoiser(network)));
        var x = 2 * new Rng(1).Normal([2, 8, 8, 1]);
        var level = model.Schedule.At(300);
        var (dc, du) = (c.Denoise(x, level), u.Denoise(x, level));
        var expected = (du + (3 * (dc - du))).Clamp(-1, 1);

        // Clipping does something to the two estimates, and would to the guided one that they then make.
        Assert.NotEqual(expected.Values.ToArray(), (du + (3 * (dc.Clamp(-1, 1) - du))).Clamp(-1, 1).Values.ToArray());
        Assert.NotEqual(expected.Values.ToArray(), (du + (3 * (dc - du))).Values.ToArray());
        Near.RelativeToLargest(expected, model.Denoiser(network, [2, 5], new GuidanceOptions(3)).Denoise(x, level), 1e-12, "clip(D + w (D_c − D))");
    }

    [Fact]
    public void A_learned_variance_stays_the_conditional_one_under_guidance()
    {
        var model = Model(Points with { Mlp = Points.Mlp! with { Outputs = 4 }, LearnedVariance = new LearnedVarianceConfig() });
        var network = model.Network(3, Machine.Single);
        var guided = model.Denoiser(network, [1, 2, 3], new GuidanceOptions(4));
        var plain = model.Denoiser(network, [1, 2, 3]);
        var x = new Rng(1).Normal([3, 2]);
        NoiseLevel[] levels = [model.Schedule.At(10), model.Schedule.At(400), model.Schedule.At(900)];
        Assert.True(guided.HasVariance);
        Assert.Equal(plain.DenoiseWithVariance(x, levels).Variance.Values.ToArray(), guided.DenoiseWithVariance(x, levels).Variance.Values.ToArray());
        Assert.Equal(guided.Denoise(x, levels).Values.ToArray(), guided.DenoiseWithVariance(x, levels).Data.Values.ToArray());
        var sampler = new DdpmSampler(model.Schedule, Timesteps.Trailing(1000, 4), DdpmVariance.LearnedRange);
        Assert.True(new SamplingJob(model, sampler, 3, Seed: 4, 32, [1, 2, 3], new GuidanceOptions(4)).Run(Machine.Single).Samples.IsFinite());
    }

    [Fact]
    public void What_a_model_did_not_learn_is_refused()
    {
        var unconditional = Model(SmallRuns.Pictures);
        Assert.Contains("trained without them", Assert.Throws<ArgumentException>(() => unconditional.Denoiser(unconditional.Network(1, Machine.Single), [1])).Message, StringComparison.Ordinal);
        var model = Model(Points with { Conditioning = new ConditioningConfig(8, LabelDropout: 0) });
        var network = model.Network(1, Machine.Single);
        Assert.Contains("guidance goes towards a class", Assert.Throws<ArgumentException>(() => model.Denoiser(network, null, new GuidanceOptions(2))).Message, StringComparison.Ordinal);
        Assert.Contains("knows nothing without a class", Assert.Throws<InvalidOperationException>(() => model.Denoiser(network)).Message, StringComparison.Ordinal);
        Assert.Contains("knows nothing without a class", Assert.Throws<InvalidOperationException>(() => model.Denoiser(network, [1], new GuidanceOptions(2))).Message, StringComparison.Ordinal);
        model.Denoiser(network, [1], new GuidanceOptions(1));
        var sampler = new DdimSampler(model.Schedule, Timesteps.Trailing(1000, 4));
        Assert.Contains("one class for each of the 3 samples is expected, 2 were given", Assert.Throws<ArgumentException>(() => new SamplingJob(model, sampler, 3, Seed: 4, 32, [1, 2]).Run(Machine.Single)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_cannot_be_trained_are_refused_with_the_key()
    {
        string Refused(RunConfig config) => Assert.Throws<ArgumentException>(() => config.Validated()).Message;
        Assert.Equal("mlp.classes: the network's table of classes follows from conditioning; write \"conditioning\": {\"classes\": 8} and leave this key out.", Refused(Points with { Mlp = Points.Mlp! with { Classes = 8 } }));
        Assert.Equal("uNet.classes: the network's table of classes follows from conditioning; write \"conditioning\": {\"classes\": 3} and leave this key out.", Refused(SmallRuns.Pictures with { UNet = SmallRuns.Pictures.UNet! with { Classes = 3 } }));
        Assert.Equal("conditioning.classes: 1 to 65536 is expected, 0 was given.", Refused(Points with { Conditioning = new ConditioningConfig(0) }));
        Assert.Equal("conditioning.classes: 1 to 65536 is expected, 65537 was given.", Refused(Points with { Conditioning = new ConditioningConfig(65_537) }));
        Assert.Equal("conditioning.labelDropout: at least 0 and below 1 is expected, 1 was given.", Refused(Points with { Conditioning = new ConditioningConfig(8, 1) }));
        Assert.Equal("conditioning.labelDropout: at least 0 and below 1 is expected, NaN was given.", Refused(Points with { Conditioning = new ConditioningConfig(8, double.NaN) }));
        Assert.Equal("conditioning.names: one name for each of the 2 classes is expected, 1 were given.", Refused(Points with { Conditioning = new ConditioningConfig(2, Names: ["cat"]) }));
    }

    [Fact]
    public void Data_of_other_classes_is_refused_when_a_run_starts_and_when_it_is_resumed()
    {
        string Refused(RunConfig config, DataSource source) => Assert.Throws<DataException>(() => Trainer.Start(config, source, folder["refused"], Machine.Single)).Message;
        Assert.Contains("this source has no labels, and conditional training needs the class of each sample", Refused(Points, PointSource.Create("checkerboard")), StringComparison.Ordinal);
        Assert.Equal("moons: the data has 2 classes, the configuration's conditioning.classes says 8; the numbers must agree.", Refused(Points, PointSource.Create("moons")));
        Assert.Equal("moons: class 1 of the data is '1', in the configuration it is 'dog'; a run is trained on the classes it began with.", Refused(Points with { Conditioning = new ConditioningConfig(2, Names: ["0", "dog"]) }, PointSource.Create("moons")));
        var few = PointSource.Create("eight-gaussians", 3);
        Assert.StartsWith("eight-gaussians: no sample has label ", Refused(Points, few), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["refused"]));

        foreach (var _ in Trainer.Start(Points with { Steps = 1 }, PointSource.Create("eight-gaussians", 5000), folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken))
        {
        }

        Assert.Contains("the data has 2 classes", Assert.Throws<DataException>(() => Trainer.Resume(Points with { Steps = 1 }, PointSource.Create("moons"), folder["run"], Machine.Single)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_with_classes_survives_writing_and_reading_and_the_table_has_a_row_more()
    {
        var config = Points with { Conditioning = new ConditioningConfig(2, 0.25, ["cat", "dog"], "labels.npy") };
        Assert.Empty(ConfigJson.Differences(config, ConfigJson.Read(ConfigJson.Write(config), "config")));
        Assert.Equal<Shape>([3, 64], new NetworkBlueprint(config, [2]).Layout().Entries.Single(e => e.Name == "class_embedding.weight").Shape);
        Assert.DoesNotContain(new NetworkBlueprint(config with { Conditioning = null }, [2]).Layout().Entries, e => e.Name == "class_embedding.weight");
    }

    private static int Mode(ReadOnlySpan<double> p)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var m = 0; m < 8; m++)
        {
            var (dx, dy) = (p[0] - EightGaussians.Modes[m].X, p[1] - EightGaussians.Modes[m].Y);
            if ((dx * dx) + (dy * dy) < least) (best, least) = (m, (dx * dx) + (dy * dy));
        }

        return best;
    }

    private static TrainedModel Model(RunConfig config)
    {
        var weights = new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout());
        weights.Initialize(new Rng(7));
        return new TrainedModel(config, weights, 1);
    }

    private static int[] Labels(RunConfig config, DataSource source, int steps)
    {
        var blueprint = new NetworkBlueprint(config, source.SampleShape);
        var layout = blueprint.Layout();
        var state = new TrainingState(new ParameterBuffer(layout), new ParameterBuffer(layout), new ParameterBuffer(layout));
        var program = new TrainingProgram(blueprint, config.Batch, config.Update(), new ParameterBuffer(layout), state, Machine.Single);
        var batches = new BatchMaker(config, source, config.ScheduleOrDefault().Create(), program, Parallelism.Single);
        var labels = new List<int>();
        for (var step = 0; step < steps; step++)
        {
            batches.Begin();
            batches.Fill(step);
            foreach (var label in program.Labels) labels.Add((int)label);
        }

        return [.. labels];
    }
}
