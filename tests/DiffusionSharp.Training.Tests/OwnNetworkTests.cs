using DiffusionSharp.Data.Sources;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Layers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class OwnNetworkTests
{
    private static readonly MlpOptions Options = new(Dimensions: 2, Width: 16, Layers: 2, TimeFeatures: 8);
    private static readonly DataSource Moons = PointSource.Create("moons", 200);
    private static readonly RunConfig BuiltIn = new("moons", "test") { Mlp = Options, Steps = 12, Batch = 16, Seed = 3, SampleCount = 4, SampleSteps = 3, CheckpointEvery = 5, LogEvery = 3 };
    private static readonly RunConfig Own = BuiltIn with { Mlp = null, OwnNetwork = new OwnNetworkConfig([2]), Network = i => Mlp.Build(i.Graph, Options, i.X, i.T, i.Labels) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_mlp_written_as_a_function_trains_to_the_bytes_of_the_mlp()
    {
        using var folder = new TemporaryFolder();
        Train(folder["built-in"], BuiltIn);
        Train(folder["own"], Own);
        var (builtIn, own) = (SmallRuns.Fingerprint(folder["built-in"]), SmallRuns.Fingerprint(folder["own"]));
        Assert.NotEqual(builtIn["config.json"], own["config.json"]);
        Assert.Equal(builtIn.Where(f => f.Key != "config.json"), own.Where(f => f.Key != "config.json"));
    }

    [Fact]
    public void A_run_of_a_function_that_was_killed_and_resumed_has_the_same_bytes_and_is_sampled()
    {
        using var folder = new TemporaryFolder();
        var config = Own with { Network = TwoLayers };
        Train(folder["straight"], config);
        Train(folder["killed"], config, steps: 7);
        Train(folder["killed"], config);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));
        Assert.Contains("\"ownNetwork\": {\n    \"sampleShape\": [\n      2\n    ]\n  }", File.ReadAllText(folder["killed/config.json"]).ReplaceLineEndings("\n"), StringComparison.Ordinal);

        var model = SavedModel.Load(folder["killed"], network: TwoLayers);
        var sampler = new DdimSampler(model.Schedule, Timesteps.Leading(1000, 4));
        var (samples, _) = new SamplingJob(model, sampler, 5, Seed: 4).Run(Machine.Single);
        Assert.Equal<Shape>([5, 2], samples.Shape);
        Assert.True(samples.IsFinite());
    }

    [Fact]
    public void Without_the_function_such_a_run_is_one_clear_line_everywhere()
    {
        using var folder = new TemporaryFolder();
        const string Needed = "this run's network is a function of the program that trained it; give it as Network";
        Train(folder["run"], Own);
        var without = Own with { Network = null };
        Assert.StartsWith("ownNetwork: " + Needed, Assert.Throws<ArgumentException>(() => Trainer.Start(without, Moons, folder["new"], Machine.Single)).Message, StringComparison.Ordinal);
        Assert.StartsWith("ownNetwork: " + Needed, Assert.Throws<ArgumentException>(() => Trainer.Resume(without, Moons, folder["run"], Machine.Single)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{folder["run"]}: {Needed}", Assert.Throws<DataException>(() => SavedModel.Load(folder["run"])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["new"]));

        Train(folder["mlp"], BuiltIn, steps: 5);
        Assert.Contains("this model's network is an MLP of its configuration; leave the function out.", Assert.Throws<ArgumentException>(() => SavedModel.Load(folder["mlp"], network: TwoLayers)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_function_gives_instead_of_a_prediction_is_said_in_words()
    {
        Refused("the function gave null; the node of the prediction is expected.", _ => null!);
        Refused("the function gave a node of another graph; build in the Graph that it is given.", _ => new Graph().Input("x", [1, 2]));
        Refused("the function gave [1, 3] for noisy samples of [1, 2]; a prediction of [1, 2] is expected.", i => new LayerBuilder(i.Graph).Linear("out", i.X, 3));
        Refused("the function's prediction does not depend on the noisy samples X.", i => new LayerBuilder(i.Graph).Linear("out", Op.SinusoidalFeatures(i.T, 4), 2));
        Refused("the function makes no parameter to train.", i => 2 * i.X);
        var asked = 0;
        Refused("the function made other parameters than before; it must make the same ones, of the same names and shapes in the same order, whenever it is asked.", i => new LayerBuilder(i.Graph).Linear($"out{asked++}", i.X, 2));

        static void Refused(string expected, NetworkFunction network) =>
            Assert.Equal("Network: " + expected, Assert.Throws<ArgumentException>(() => Trainer.Start(Own with { Network = network }, Moons, null, Machine.Single)).Message);
    }

    [Fact]
    public void A_function_that_does_not_look_at_time_trains_and_samples()
    {
        var config = Own with { Network = i => new LayerBuilder(i.Graph).Linear("out", i.X, 2) };
        var trainer = Trainer.Start(config, Moons, null, Machine.Single);
        Assert.Equal(12, trainer.Run(TimeProvider.System, Token).Last().Step);
        var model = trainer.Model();
        Assert.True(new SamplingJob(model, new DdimSampler(model.Schedule, Timesteps.Leading(1000, 3)), 3, Seed: 1).Run(Machine.Single).Samples.IsFinite());
    }

    [Fact]
    public void A_function_that_leaves_the_classes_out_is_refused_where_classes_are_trained()
    {
        var config = Own with { Network = TwoLayers, Conditioning = new ConditioningConfig(2) };
        Assert.Contains("does not depend on Labels", Assert.Throws<ArgumentException>(() => Trainer.Start(config, Moons, null, Machine.Single)).Message, StringComparison.Ordinal);
        NetworkFunction seeing = i =>
        {
            var layers = new LayerBuilder(i.Graph, InitializationScheme.Ddpm);
            return layers.Linear("out", Op.Silu(layers.Linear("in", i.X, 8) + layers.Embedding("class", i.Labels!, 3, 8)), 2, ends: true);
        };
        Assert.Equal(12, Trainer.Start(config with { Network = seeing }, Moons, null, Machine.Single).Run(TimeProvider.System, Token).Last().Step);
    }

    [Fact]
    public void A_network_of_pictures_is_built_of_convolutions_norms_and_attention()
    {
        NetworkFunction network = i =>
        {
            var layers = new LayerBuilder(i.Graph);
            var n = i.X.Shape[0];
            var h = layers.Conv("in", i.X, 8) + Op.Reshape(layers.Linear("time", Op.SinusoidalFeatures(i.T, 16), 8), [n, 1, 1, 8]);
            h = layers.Attention("attention", layers.GroupNorm("norm", h, 4, silu: true), groups: 2, headWidth: 4);
            return layers.Conv("out", h, 1, ends: true);
        };
        var config = SmallRuns.Pictures with { UNet = null, OwnNetwork = new OwnNetworkConfig([8, 8, 1]), Network = network, Steps = 5 };
        Assert.Equal(5, Trainer.Start(config, SmallRuns.Digits, null, Machine.Single).Run(TimeProvider.System, Token).Last().Step);
        var other = config with { OwnNetwork = new OwnNetworkConfig([8, 8, 3]) };
        Assert.StartsWith("The network's function takes samples of [8, 8, 3], the data has [8, 8, 1].", Assert.Throws<ArgumentException>(() => Trainer.Start(other, SmallRuns.Digits, null, Machine.Single)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exactly_one_network_is_configured_and_no_file_holds_a_function()
    {
        Assert.Equal("config: exactly one of 'uNet', 'mlp' and 'ownNetwork' is needed.", Assert.Throws<ArgumentException>(() => (Own with { Mlp = Options }).Validated()).Message);
        Assert.StartsWith("Network: a function is given beside 'mlp'", Assert.Throws<ArgumentException>(() => (BuiltIn with { Network = TwoLayers }).Validated()).Message, StringComparison.Ordinal);
        Assert.StartsWith("ownNetwork.sampleShape: 1 to 4 dimensions are expected", Assert.Throws<ArgumentException>(() => (Own with { OwnNetwork = new OwnNetworkConfig([]) }).Validated()).Message, StringComparison.Ordinal);
        Assert.StartsWith("ownNetwork.sampleShape: dimensions of at least 1", Assert.Throws<ArgumentException>(() => (Own with { OwnNetwork = new OwnNetworkConfig([65536, 65536, 3]) }).Validated()).Message, StringComparison.Ordinal);

        var json = ConfigJson.Write(Own);
        Assert.Empty(ConfigJson.Differences(Own, ConfigJson.Read(json, "test")));
        Assert.Contains("unknown key 'network'", Assert.Throws<DataException>(() => ConfigJson.Read(json.Replace("\"ownNetwork\"", "\"network\"", StringComparison.Ordinal), "test")).Message, StringComparison.Ordinal);
        Assert.Contains("sampleShape", Assert.Throws<DataException>(() => ConfigJson.Read(json.Replace("[\n      2\n    ]", "null", StringComparison.Ordinal), "test")).Message, StringComparison.Ordinal);
    }

    private static Node TwoLayers(NetworkInputs inputs)
    {
        var layers = new LayerBuilder(inputs.Graph);
        var time = layers.Linear("time", Op.SinusoidalFeatures(inputs.T, 8), 12);
        return layers.Linear("output", Op.Silu(layers.Linear("input", inputs.X, 12) + time), inputs.X.Shape[^1]);
    }

    private static void Train(string path, RunConfig config, int? steps = null)
    {
        var trainer = new RunFolder(path).Exists ? Trainer.Resume(config, Moons, path, Machine.Single) : Trainer.Start(config, Moons, path, Machine.Single);
        foreach (var _ in trainer.Run(TimeProvider.System, Token).Take(steps ?? int.MaxValue))
        {
        }
    }
}
