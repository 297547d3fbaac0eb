using System.Text.Json;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

/// <summary>A model as one file goes where a run goes.</summary>
public sealed class ModelFileTests : IClassFixture<ConditionalTests.Run>, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ConditionalTests.Run runs;
    private readonly string points;
    private readonly string digits;

    public ModelFileTests(ConditionalTests.Run runs)
    {
        (this.runs, points, digits) = (runs, folder["points.safetensors"], folder["digits.safetensors"]);
        DiffusionModel.Open(runs.Unconditional).Save(points);
        DiffusionModel.Open(runs.Digits, new OpenOptions { Weights = "RAW" }).Save(digits);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Its_samples_are_those_of_the_run()
    {
        foreach (var (name, model) in new[] { ("file", points), ("run", runs.Unconditional) })
            Diffusion.Succeed("sample", model, "--out", folder[$"{name}.npy"], "--count", "3", "--steps", "4");
        Assert.Equal(File.ReadAllBytes(folder["run.npy"]), File.ReadAllBytes(folder["file.npy"]));
        foreach (var (name, model) in new[] { ("file", digits), ("run", runs.Digits) })
            Diffusion.Succeed("sample", model, "--out", folder[$"{name}.npy"], "--count", "3", "--steps", "2", "--class", "4", "--weights", "raw");
        Assert.Equal(File.ReadAllBytes(folder["run.npy"]), File.ReadAllBytes(folder["file.npy"]));
    }

    [Fact]
    public void It_holds_the_weights_it_was_saved_with_and_no_others()
    {
        Diffusion.Succeed("sample", digits, "--out", folder["a.npy"], "--count", "1", "--steps", "2");
        Diffusion.Fail(2, $"error: {digits}: the file holds the weights 'raw', not 'ema'; ask for 'raw', or save those of the run.", "sample", digits, "--out", folder["a.npy"], "--weights", "ema");
    }

    [Fact]
    public void It_is_measured_on_the_data_it_was_trained_on()
    {
        string[] measure = ["--count", "4", "--metric", "elbo", "--steps", "3", "--json"];
        double Bound(string model) => JsonDocument.Parse(Diffusion.Succeed(["evaluate", model, .. measure])).RootElement.GetProperty("figures")[0].GetProperty("value").GetDouble();
        Assert.Equal(Bound(runs.Unconditional), Bound(points));
    }

    [Fact]
    public void It_is_inspected_as_a_model()
    {
        var text = Diffusion.Succeed("inspect", digits);
        Assert.StartsWith($"model     {digits}, 8×8×1 a sample{Environment.NewLine}", text, StringComparison.Ordinal);
        Assert.Contains("trained   6 of 6 steps of 4 samples", text, StringComparison.Ordinal);
        Assert.Contains("weights   raw, one file", text, StringComparison.Ordinal);
        Assert.Contains("classes   10 (0, 1, 2", text, StringComparison.Ordinal);
        Assert.Contains("conv_in", Diffusion.Succeed("inspect", digits, "--layers"), StringComparison.Ordinal);
        var answer = JsonDocument.Parse(Diffusion.Succeed("inspect", digits, "--json")).RootElement;
        Assert.Equal(("model", 6, "raw"), (answer.GetProperty("kind").GetString(), answer.GetProperty("step").GetInt32(), answer.GetProperty("weights").GetString()));
    }

    [Fact]
    public void A_run_begins_with_its_weights()
    {
        Diffusion.Succeed("train", "--data", "moons", "--config", Path.Combine(runs.Unconditional, "config.json"), "--from", points, "--seed", "8", "--out", folder["fine"], "--steps", "1");
        Assert.Equal("test", new RunFolder(folder["fine"]).ReadConfig().From);
        Diffusion.Succeed("train", "--data", "moons", "--config", Path.Combine(runs.Unconditional, "config.json"), "--seed", "8", "--out", folder["fresh"], "--steps", "1");
        string Weights(string run) => Convert.ToHexString(File.ReadAllBytes(folder[run, "checkpoints", "step-00000001", "weights.safetensors"]));
        Assert.NotEqual(Weights("fresh"), Weights("fine"));
        Diffusion.Fail(2, "error: --from: the run here began with weights of its own; leave this out, or choose another folder.", "train", "--out", folder["fresh"], "--resume", "--from", points, "--steps", "2");
        Assert.Contains("note: the run has begun with the weights of test", Diffusion.Run("train", "--out", folder["fine"], "--resume", "--from", points, "--steps", "2").Error, StringComparison.Ordinal);
        var other = Diffusion.Run("train", "--data", "digits", "--size", "8", "--from", points, "--out", folder["other"], "--steps", "1");
        Assert.Equal((2, false), (other.Code, Directory.Exists(folder["other"])));
        Assert.Single(other.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_model_whose_data_is_not_here_is_measured_on_data_that_is_named()
    {
        Data.Formats.NpyFile.Write(folder["own.npy"], new Tensors.Rng(1).Normal([8, 2]).ToFloat());
        Diffusion.Succeed("train", "--data", folder["own.npy"], "--out", folder["run"], "--steps", "1", "--batch", "4");
        DiffusionModel.Open(folder["run"]).Save(folder["own.safetensors"]);
        string[] evaluate = ["evaluate", folder["own.safetensors"], "--metric", "elbo", "--steps", "2"];
        Diffusion.Fail(2, "error: --data is needed: the data that the model was trained on, own.npy, is not here.", evaluate);
        Assert.Contains($" on 8 samples of {folder["own.npy"]} (all)", Diffusion.Succeed([.. evaluate, "--data", folder["own.npy"]]), StringComparison.Ordinal);
    }
}
