using System.Text.Json.Nodes;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

/// <summary>What lies on people's disks stays readable, and means what it meant.</summary>
public sealed class OldFilesTests
{
    private static readonly string Fixtures = Path.Combine(SharedFolder.Repository, "tests", "DiffusionSharp.Training.Tests", "Fixtures");

    // What each file of a schedule stands for, made without any configuration.
    private static readonly Dictionary<string, Schedule> Meant = new()
    {
        ["Linear"] = DiscreteSchedule.Linear(),
        ["Linear-all"] = DiscreteSchedule.Linear(40).RescaleToZeroTerminalSnr(),
        ["ScaledLinear"] = DiscreteSchedule.ScaledLinear(),
        ["ScaledLinear-all"] = DiscreteSchedule.ScaledLinear(40).RescaleToZeroTerminalSnr(),
        ["Cosine"] = DiscreteSchedule.Cosine(),
        ["Cosine-all"] = DiscreteSchedule.Cosine(40).RescaleToZeroTerminalSnr(),
        ["Sigmoid"] = DiscreteSchedule.Sigmoid(),
        ["Sigmoid-all"] = DiscreteSchedule.Sigmoid(40).RescaleToZeroTerminalSnr(),
        ["Laplace"] = DiscreteSchedule.Laplace(),
        ["Laplace-all"] = DiscreteSchedule.Laplace(40).RescaleToZeroTerminalSnr(),
        ["Betas-all"] = DiscreteSchedule.FromBetas([0.01, 0.05, 0.1, 0.3]).RescaleToZeroTerminalSnr(),
        ["Betas-of-discrete"] = DiscreteSchedule.Laplace(5),
        ["VpLinear"] = new VpLinearSchedule(),
        ["VpLinear-levels"] = new VpLinearSchedule(),
        ["VpCosine"] = new VpCosineSchedule(),
        ["VpCosine-levels"] = new VpCosineSchedule(),
        ["SubVp"] = new SubVpSchedule(),
        ["SubVp-levels"] = new SubVpSchedule(),
        ["VeGeometric"] = new VeGeometricSchedule(),
        ["VeGeometric-levels"] = new VeGeometricSchedule(),
        ["VeGeometric-all"] = new VeGeometricSchedule(0.03, 12),
        ["Edm"] = new EdmSchedule(),
        ["Edm-levels"] = new EdmSchedule(),
        ["Edm-all"] = new EdmSchedule(60, 0.004),
        ["Flow"] = new FlowSchedule(),
        ["Flow-levels"] = new FlowSchedule(),
        ["Flow-all"] = new FlowSchedule(3),
        ["Geometric-all"] = new GeometricSchedule(0.05, 8, 12),
        ["Geometric-sigmas"] = GeometricSchedule.FromSigmas([4, 2, 1, 0.5]),
    };

    public static TheoryData<string> Configurations => [.. Directory.EnumerateFiles(Path.Combine(Fixtures, "old-configs")).Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    public static TheoryData<string> ScheduleNames => [.. Meant.Keys];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_configuration_written_before_is_read_and_means_the_same(string name)
    {
        var text = Text(name);
        var read = ConfigJson.Read(text, name);
        Assert.True(JsonNode.DeepEquals(Plain(text), Plain(ConfigJson.Write(read))), ConfigJson.Write(read));
        if (!name.StartsWith("preset-", StringComparison.Ordinal)) return;
        var preset = Presets.Find(name["preset-".Length..]);
        Assert.Empty(ConfigJson.Differences(preset.Build(preset.ForPictures ? "digits" : "moons", preset.Sample), read));
    }

    [Theory]
    [InlineData("preset-quickstart")]
    [InlineData("preset-points")]
    [InlineData("preset-mnist-iddpm")]
    [InlineData("preset-cifar10")]
    [InlineData("every-key")]
    [InlineData("importance-and-variance")]
    [InlineData("own-network")]
    [InlineData("schedule-Betas-all")]
    public void A_configuration_is_written_with_the_bytes_that_it_had(string name) => Assert.Equal(Text(name), ConfigJson.Write(ConfigJson.Read(Text(name), name)));

    [Theory]
    [MemberData(nameof(ScheduleNames))]
    public void Every_schedule_written_before_is_the_one_that_it_was(string name)
    {
        var (meant, read) = (Meant[name], ConfigJson.Read(Text($"schedule-{name}"), name).ScheduleOrDefault().Create());
        Assert.Equal((meant.GetType(), meant.TrainedLevels, meant.CleanTime, meant.NoiseTime), (read.GetType(), read.TrainedLevels, read.CleanTime, read.NoiseTime));
        for (var i = 0; i <= 40; i++)
        {
            var t = meant.CleanTime + ((meant.NoiseTime - meant.CleanTime) * i / 40);
            Assert.Equal(meant.At(t), read.At(t));
        }
    }

    [Fact]
    public void Every_schedule_that_was_written_is_held() =>
        Assert.Equal(
            Meant.Keys.Append("Geometric").Order(),
            Directory.EnumerateFiles(Path.Combine(Fixtures, "old-configs"), "schedule-*").Select(f => Path.GetFileNameWithoutExtension(f)["schedule-".Length..]).Order());

    [Theory]
    [InlineData("\"kind\": \"cosine\",\n    \"zeroTerminalSnr\": false", "\"levels\": 300", 300)]
    [InlineData("\"kind\": \"cosine\",\n    \"zeroTerminalSnr\": false", "", 1000)]
    [InlineData("\"kind\": \"cosine\",\n    \"zeroTerminalSnr\": false", "\"levels\": 20, \"zeroTerminalSnr\": true, \"kind\": \"cosine\"", 20)]
    public void A_schedule_by_hand_may_leave_its_kind_out_which_is_linear_then_and_may_say_it_last(string written, string byHand, int levels)
    {
        var text = Text("schedule-Cosine");
        Assert.Contains(written, text, StringComparison.Ordinal);
        var schedule = ConfigJson.Read(text.Replace(written, byHand, StringComparison.Ordinal), "by hand").ScheduleOrDefault().Create();
        Assert.Equal(levels, schedule.TrainedLevels);
        var meant = byHand.Contains("cosine", StringComparison.Ordinal) ? DiscreteSchedule.Cosine(levels).RescaleToZeroTerminalSnr() : DiscreteSchedule.Linear(levels);
        Assert.Equal(meant.At(levels / 2), schedule.At(levels / 2));
    }

    [Fact]
    public void Every_key_of_a_configuration_written_before_has_its_value()
    {
        var c = ConfigJson.Read(Text("every-key"), "every-key");
        Assert.Equal(("digits", "test", 77, 12, ulong.MaxValue), (c.Data, c.Preset, c.Steps, c.Batch, c.Seed));
        Assert.Equal((Prediction.Data, LossWeighting.P2, 0.5), (c.Prediction, c.Weighting, c.Gamma));
        Assert.Equal((RateCurve.Linear, 7, true, 16, 1), (c.RateCurve, c.WarmupSteps, c.Flip, c.Size, c.Channels));
        Assert.Equal((3, 11, 9, 13, 22, 4), (c.LogEvery, c.SampleEvery, c.SampleCount, c.SampleSteps, c.CheckpointEvery, c.KeepCheckpoints));
        Assert.Equal((Precision.Exact, 3, WeightStorage.Bfloat16, "mnist, step 5000"), (c.Precision, c.Accumulate, c.Storage, c.From));
        Assert.Equal(new AdamOptions(3e-4, 0.8, 0.99, 1e-7, 0.02, true, 2), c.Optimizer);
        Assert.Equal(new EmaOptions(MaxDecay: 0.99, MinDecay: 0.5), c.Ema);
        Assert.Equal([("fast", new EmaOptions(HalfLife: 10, RampUp: 0.05)), ("slow", new EmaOptions(MaxDecay: 0.9999))], c.MoreEmaInOrder());
        Assert.Equal(new LevelConfig(LevelDistribution.LogNormal, -0.5, 0.7), c.Levels);
        Assert.Equal(0.6, c.Preconditioning!.DataDeviation);
        Assert.Equal((3, 0.2, "labels.npy"), (c.Conditioning!.Classes, c.Conditioning.LabelDropout, c.Conditioning.Labels));
        Assert.Equal(["a", "b", "c"], c.Conditioning.Names);
        Assert.Equal(0.002, ConfigJson.Read(Text("importance-and-variance"), "importance").LearnedVariance!.BoundWeight);
        Assert.Equal([4, 3, 2], ConfigJson.Read(Text("own-network"), "own").OwnNetwork!.SampleShape);

        var unet = c.UNet!;
        Assert.Equal((16, 1, 1, true), (unet.SampleSize, unet.InChannels, unet.OutChannels, unet.CenterInput));
        Assert.Equal((TimeEmbeddingKind.Positional, 48, 1.0, false), (unet.TimeEmbedding, unet.TimeEmbeddingWidth, unet.FrequencyShift, unet.CosineFirst));
        Assert.Equal([BlockKind.Plain, BlockKind.Attention], unet.DownBlocks);
        Assert.Equal([BlockKind.Attention, BlockKind.Plain], unet.UpBlocks);
        Assert.Equal([16, 32], unet.Channels);
        Assert.Equal((false, 1, 1.5, 0), (unet.MidAttention, unet.LayersPerBlock, unet.MidScale, unet.DownsamplePadding));
        Assert.Equal((ResamplingKind.Fir, ResamplingKind.Resnet, 0.05), (unet.Downsampling, unet.Upsampling, unet.Dropout));
        Assert.Equal((16, 8, 4, 1e-6), (unet.HeadWidth, unet.NormGroups, unet.MidNormGroups, unet.NormEpsilon));
        Assert.Equal((true, InitializationScheme.Ddpm, 1.25), (unet.ScaleShift, unet.Initialization, unet.ResidualScale));
    }

    [Fact]
    public void A_run_that_was_stopped_before_goes_on_to_the_weights_of_one_that_was_not()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures, "old-run"), "*", SearchOption.AllDirectories))
        {
            var copy = folder[Path.GetRelativePath(Fixtures, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var run = new RunFolder(folder["old-run"]);
        var trainer = Trainer.Resume(run.ReadConfig(), PointSource.Create("moons"), run.Path, Machine.Single);
        Assert.Equal(8, trainer.FirstStep);
        foreach (var _ in trainer.Run(TimeProvider.System, TestContext.Current.CancellationToken))
        {
        }


        // Four steps of float32 sums that other vectors round otherwise.
        AssertNear("", Path.Combine(run.CheckpointFolder(12), "training.safetensors"), Path.Combine(Fixtures, "old-run-at-its-end.safetensors"), 1e-5f);
    }

    [Fact]
    public void A_model_that_was_saved_as_one_file_is_opened()
    {
        var path = Path.Combine(Fixtures, "old-model.safetensors");
        var model = SavedModel.Load(path);
        Assert.Equal((12, "slow", "moons"), (model.Step, model.WeightsName, model.Config.Data));

        // Its run stored averages in bfloat16, eight significant bits of values below 4.
        AssertNear("slow.", Path.Combine(Fixtures, "old-run-at-its-end.safetensors"), path, 1f / 128);
    }

    private static void AssertNear(string prefix, string one, string other, float tolerance)
    {
        using var a = SafetensorsFile.Open(one);
        using var b = SafetensorsFile.Open(other);
        var names = a.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        Assert.Equal(names.Count, b.Names.Count());
        foreach (var name in names)
        {
            var (x, y) = (a.Read(name), b.Read(name[prefix.Length..]));
            for (var i = 0; i < x.Values.Length; i++) Assert.Equal(x.Values[i], y.Values[i], tolerance);
        }
    }

    private static string Text(string name) => File.ReadAllText(Path.Combine(Fixtures, "old-configs", name + ".json"));

    // Without what was written of a schedule that has no such option.
    private static JsonNode Plain(string json)
    {
        var node = JsonNode.Parse(json)!;
        if (node["schedule"] is not JsonObject schedule) return node;
        var kind = (string)schedule["kind"]!;
        if (kind is "vpLinear" or "vpCosine" or "subVp" or "veGeometric" or "edm" or "flow" or "geometric") schedule.Remove("zeroTerminalSnr");
        if (kind is "vpLinear" or "vpCosine" or "subVp" or "veGeometric" or "edm" or "flow") schedule.Remove("levels");
        return node;
    }
}
