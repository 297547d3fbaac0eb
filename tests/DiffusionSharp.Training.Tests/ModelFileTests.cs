using DiffusionSharp.Data.Formats;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Layers;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class ModelFileTests
{
    private static readonly RunConfig Config = SmallRuns.Pictures with
    {
        Data = "/home/somebody/secret/photos/",
        Steps = 3,
        WarmupSteps = 0,
        MoreEma = new Dictionary<string, EmaOptions> { ["slow"] = new(HalfLife: 10) },
    };

    [Fact]
    public void A_model_saved_and_loaded_draws_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], config: Config);
        foreach (var name in new[] { "ema", "raw", "slow" })
        {
            var model = SavedModel.Load(folder["run"], name);
            model.Save(folder[$"{name}.safetensors"]);
            foreach (var loaded in new[] { SavedModel.Load(folder[$"{name}.safetensors"]), SavedModel.Load(folder[$"{name}.safetensors"], name) })
            {
                Assert.Equal((3, name), (loaded.Step, loaded.WeightsName));
                Assert.Equal(Draw(model).Values.ToArray(), Draw(loaded).Values.ToArray());
            }
        }
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes_also_of_a_file_of_its_file()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], config: Config);
        var path = folder["deep/er/model.safetensors"];
        SavedModel.Load(folder["run"]).Save(path);
        SavedModel.Load(path).Save(folder["again"]);
        SavedModel.Load(folder["run"]).Save(path);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder["again"]));
        Assert.Equal([path], Directory.GetFiles(folder["deep/er"]));
    }

    [Theory]
    [InlineData("/home/somebody/secret/photos/", "photos")]
    [InlineData("C:\\Users\\somebody\\photos.npy", "photos.npy")]
    [InlineData("digits", "digits")]
    [InlineData("/", "data")]
    public void No_path_of_the_machine_leaves_with_the_file(string data, string kept)
    {
        using var folder = new TemporaryFolder();
        var config = Config with { Data = data, From = "/home/somebody/secret/run", Conditioning = new ConditioningConfig(10, Labels: "/home/somebody/secret/labels.npy") };
        Fresh(config).Save(folder["model"]);
        var text = File.ReadAllText(folder["model"]);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Users", text, StringComparison.Ordinal);
        var read = SavedModel.Load(folder["model"]).Config;
        Assert.Equal((kept, "run", null, 10), (read.Data, read.From, read.Conditioning!.Labels, read.Conditioning.Classes));
    }

    [Fact]
    public void A_file_is_read_by_others_as_safetensors_of_float32_with_a_mark()
    {
        using var folder = new TemporaryFolder();
        Fresh(Config with { Storage = WeightStorage.Bfloat16 }).Save(folder["model"]);
        using var file = SafetensorsFile.Open(folder["model"]);
        Assert.Equal(["config", "format", "step", "version", "weights"], file.Metadata.Keys);
        Assert.Equal(("diffusionsharp.model", "1", "3", "ema"), (file.Metadata["format"], file.Metadata["version"], file.Metadata["step"], file.Metadata["weights"]));
        Assert.All(file.Entries, e => Assert.Equal(StorageType.F32, e.Type));
    }

    [Fact]
    public void Other_weights_than_a_file_holds_are_a_clear_error()
    {
        using var folder = new TemporaryFolder();
        Fresh(Config).Save(folder["model"]);
        Refused(folder, "the file holds the weights 'ema', not 'raw'; ask for 'ema', or save those of the run.", "raw");
    }

    [Fact]
    public void What_is_no_models_file_is_one_clear_line()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"{folder["model"]}: there is no such file or folder.", Assert.Throws<DataException>(() => SavedModel.Load(folder["model"])).Message);
        File.WriteAllBytes(folder["model"], []);
        Refused(folder, "the file is empty; a model's file was expected.");
        File.WriteAllText(folder["model"], "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
        Refused(folder, "this is a Git LFS pointer, the model itself was not fetched; run 'git lfs pull'.");
        File.WriteAllText(folder["model"], "a picture of a cat, which is no model");
        Refused(folder, "not a valid safetensors file");
        SafetensorsFile.Write(folder["model"], Fresh(Config).Weights.Export());
        Refused(folder, "this is a safetensors file without a model's configuration");
    }

    [Fact]
    public void Hostile_or_inconsistent_words_are_one_clear_line()
    {
        using var folder = new TemporaryFolder();
        string Wide(int channels) => ConfigJson.Write(Config with { UNet = Config.UNet! with { Channels = [8, channels] } });
        Changed("version", "2\n", "the model's file is of version '2 ', this program reads version 1.");
        Changed("step", "-1", "its step is '-1', a whole number from 0 was expected");
        Changed("step", "99999999999999999999", "its step is '99999999999999999999'");
        Changed("step", "4", "its step is 4, and its configuration has 3 steps");
        Changed("weights", "other", "its weights are called 'other', its configuration has ema, raw, slow");
        Changed("weights", new string('x', 5000), $"its weights are called '{new string('x', 60)}…'");
        Changed("config", new string(' ', 1_000_001), "its configuration is missing, or longer than 1000000 characters");
        Changed("config", null, "its configuration is missing");
        Changed("config", "{", "the configuration in it: not whole JSON");
        Changed("config", new string('[', 100_000), "the configuration in it: ");
        Changed("config", ConfigJson.Write(Config).Replace("\"batch\"", "\"batsh\"", StringComparison.Ordinal), "the configuration in it: unknown key 'batsh'");
        Changed("config", Wide(24), "the file belongs to another network");
        Changed("config", Wide(65536), "no network can be made of its configuration: ");
        Changed("config", ConfigJson.Write(Config with { UNet = Config.UNet! with { LayersPerBlock = 2 } }), "the file belongs to another network");

        void Changed(string key, string? value, string expected)
        {
            var model = Fresh(Config);
            var metadata = new Dictionary<string, string> { ["format"] = "diffusionsharp.model", ["version"] = "1", ["config"] = ConfigJson.Write(Config), ["step"] = "3", ["weights"] = "ema" };
            if (value is null) metadata.Remove(key);
            else metadata[key] = value;
            SafetensorsFile.Write(folder["model"], model.Weights.Export(), metadata);
            Refused(folder, expected);
        }
    }

    [Fact]
    public void Tensors_that_are_not_those_of_the_network_are_one_clear_line()
    {
        using var folder = new TemporaryFolder();
        var metadata = new Dictionary<string, string> { ["format"] = "diffusionsharp.model", ["version"] = "1", ["config"] = ConfigJson.Write(Config), ["step"] = "3", ["weights"] = "ema" };
        var all = Fresh(Config).Weights.Export().ToList();
        SafetensorsFile.Write(folder["model"], all.Skip(1), metadata);
        Refused(folder, $"the parameter '{all[0].Name}' is missing");
        SafetensorsFile.Write(folder["model"], all.Append(("extra", new FloatTensor([1], [0]))), metadata);
        Refused(folder, "it holds the tensor 'extra', which its network has not.");
        all[2].Value.Values[0] = float.NaN;
        SafetensorsFile.Write(folder["model"], all, metadata);
        Refused(folder, $"'{all[2].Name}' holds a value that is not a finite number.");
    }

    [Fact]
    public void A_model_whose_weights_are_no_numbers_is_not_saved()
    {
        using var folder = new TemporaryFolder();
        var model = Fresh(Config);
        model.Weights.Memory.Span[0] = float.NaN;
        Assert.Contains("holds a value that is not a finite number; such a model is not written.", Assert.Throws<InvalidOperationException>(() => model.Save(folder["model"])).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["model"]));
    }

    [Fact]
    public void A_model_whose_network_is_a_function_is_loaded_with_the_function()
    {
        using var folder = new TemporaryFolder();
        NetworkFunction network = i => new LayerBuilder(i.Graph).Linear("out", i.X, 2);
        var config = new RunConfig("points", "test") { OwnNetwork = new OwnNetworkConfig([2]), Steps = 3, Network = network };
        Fresh(config).Save(folder["model"]);
        Refused(folder, "this run's network is a function of the program that trained it; give it as Network");
        Assert.Equal(Fresh(config).Weights.Memory.Span.ToArray(), SavedModel.Load(folder["model"], network: network).Weights.Memory.Span.ToArray());
        Assert.Throws<DataException>(() => SavedModel.Load(folder["model"], network: i => new LayerBuilder(i.Graph).Linear("other", i.X, 2)));
    }

    private static void Refused(TemporaryFolder folder, string expected, string? name = null)
    {
        var error = Assert.Throws<DataException>(() => SavedModel.Load(folder["model"], name));
        Assert.StartsWith(folder["model"] + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static TrainedModel Fresh(RunConfig config)
    {
        var weights = new Graphs.ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout());
        weights.Initialize(new Rng(1));
        return new TrainedModel(config, weights, 3);
    }

    private static Tensor Draw(TrainedModel model) => new SamplingJob(model, new DdimSampler(model.Schedule, Timesteps.Leading(1000, 4)), 3, Seed: 4).Run(Machine.Single).Samples;
}
