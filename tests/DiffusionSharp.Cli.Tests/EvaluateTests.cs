using System.Text.Json;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Tests;

public sealed class EvaluateTests(SmallRuns runs) : IClassFixture<SmallRuns>, IDisposable
{
    private static readonly string[] Names = ["elbo", "elbo-prior", "elbo-transitions", "elbo-reconstruction", "likelihood", "sliced-wasserstein", "score-fokker-planck-0.1", "score-fokker-planck-0.3", "score-fokker-planck-1", "score-fokker-planck-3", "score-fokker-planck-10"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Points_have_a_bound_a_likelihood_and_a_distance_each_with_its_error()
    {
        var answer = Object("evaluate", runs.PointsRun, "--data", "moons", "--count", "12", "--steps", "40", "--seed", "5", "--out", folder["e.json"], "--json");
        Assert.Equal((12, 12, 5, 0, "test"), (answer.GetProperty("trainedSteps").GetInt32(), answer.GetProperty("count").GetInt32(), answer.GetProperty("seed").GetInt32(), answer.GetProperty("bits").GetInt32(), answer.GetProperty("split").GetString()));
        var figures = answer.GetProperty("figures").EnumerateArray().ToArray();
        Assert.Equal(Names, figures.Select(f => f.GetProperty("name").GetString()));
        Assert.All(figures, f => Assert.True(f.GetProperty("standardError").GetDouble() > 0 || f.GetProperty("name").GetString() == "elbo-prior"));
        Assert.Equal(Value(figures[0]), Value(figures[1]) + Value(figures[2]) + Value(figures[3]), 1e-9);

        // Two values a sample, no bins: bits are nats over 2 ln 2.
        Assert.All(figures[..5], f => Assert.Equal(f.GetProperty("nats").GetDouble() / 2 / Math.Log(2), Value(f), 1e-9));
        Assert.Contains("exact divergence", Notes(figures[4]), StringComparison.Ordinal);
        Assert.Contains("40 steps, variance large; a density, no bins", Notes(figures[0]), StringComparison.Ordinal);
        Assert.True(Value(figures[5]) > 0 && figures[5].GetProperty("sameLaw").GetDouble() > 0);

        // Relative to ∂ₜs; its parts are beside it.
        Assert.All(figures[6..], f => Assert.InRange(Value(f), 1e-6, 10));
        Assert.All(figures[6..], f => Assert.Equal(f.GetProperty("residual").GetDouble() / f.GetProperty("rate").GetDouble(), Value(f), 1e-9 * Value(f)));
        Assert.Contains("exact divergence; central differences of 0.05", Notes(figures[6]), StringComparison.Ordinal);
        var written = JsonDocument.Parse(File.ReadAllText(folder["e.json"])).RootElement;
        Assert.Equal(answer.GetProperty("figures").GetRawText(), written.GetProperty("figures").GetRawText());
    }

    [Fact]
    public void Pictures_are_measured_on_their_bits_and_say_how()
    {
        var answer = Object("evaluate", runs.PicturesRun, "--data", "digits", "--count", "3", "--steps", "6", "--metric", "elbo", "--metric", "likelihood", "--probes", "2", "--json");
        var figures = answer.GetProperty("figures").EnumerateArray().ToArray();
        Assert.Equal(Names[..5], figures.Select(f => f.GetProperty("name").GetString()));
        Assert.Contains("values of 8 bits in [-1, 1], discretised Gaussian, no dequantisation; estimates clipped", Notes(figures[0]), StringComparison.Ordinal);
        Assert.Contains("2 Rademacher probes a sample; values of 8 bits in [-1, 1], dequantised uniformly, +7 bits/dim", Notes(figures[4]), StringComparison.Ordinal);
        Assert.Equal((figures[4].GetProperty("nats").GetDouble() / 64 / Math.Log(2)) + 7, Value(figures[4]), 1e-9);
        Assert.InRange(figures[4].GetProperty("probeError").GetDouble(), 1e-9, 10);
        Assert.Equal(64, answer.GetProperty("dimension").GetInt32());
    }

    [Fact]
    public void The_scores_of_pictures_are_held_against_the_equation_by_random_probes()
    {
        var answer = Object("evaluate", runs.PicturesRun, "--data", "digits", "--count", "3", "--metric", "score-fokker-planck", "--json");
        var figures = answer.GetProperty("figures").EnumerateArray().ToArray();
        Assert.Equal(Names[6..], figures.Select(f => f.GetProperty("name").GetString()));
        Assert.Contains("2 Rademacher probes", Notes(figures[0]), StringComparison.Ordinal);
        Assert.All(figures, f => Assert.Equal("samples and probes", f.GetProperty("errorOver").GetString()));
    }

    [Fact]
    public void Figures_depend_on_the_seed_and_not_on_batch_or_threads()
    {
        string Figures(params string[] options) => Object(["evaluate", runs.PointsRun, "--data", "moons", "--count", "7", "--steps", "9", "--probes", "2", "--json", .. options]).GetProperty("figures").GetRawText();
        var one = Figures("--batch", "7", "--threads", "1");
        Assert.Equal(one, Figures("--batch", "3", "--threads", "2"));
        string[] others = [Figures("--seed", "1"), Figures("--variance", "small"), Figures("--weights", "raw"), Figures("--split", "train"), Figures("--metric", "elbo", "--metric", "likelihood")];
        Assert.Equal(others.Length + 1, others.Append(one).Distinct().Count());
    }

    [Fact]
    public void People_see_a_table_with_errors_counts_and_the_way_of_measuring()
    {
        var text = Diffusion.Succeed("evaluate", runs.PointsRun, "--data", "moons", "--count", "5", "--steps", "4", "--metric", "elbo");
        Assert.StartsWith($"{runs.PointsRun}, step 12, on 5 samples of moons (test), seed 0; 4 passes through the network, ", text, StringComparison.Ordinal);
        Assert.Matches(@"\nelbo +-?[0-9.E+]+ ± [0-9.E+]+ bits/dim +-?[0-9.E+]+ ± [0-9.E+]+ nats +± over samples and noise, n = 5\r?\n", text);
        Assert.Contains("elbo: upper bound of -ln p by ancestral sampling; 4 steps, variance large; a density, no bins", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_data_the_run_s_own_is_measured_by_its_test_part()
    {
        string[] measure = ["--count", "5", "--steps", "4", "--metric", "elbo", "--json"];
        string Figures(params string[] data) => Object(["evaluate", runs.PicturesRun, .. data, .. measure]).GetProperty("figures").GetRawText();
        Assert.Equal(Figures("--data", "digits"), Figures());
        Assert.NotEqual(Figures("--split", "train"), Figures());
        Assert.Equal(("digits", "test"), (Object(["evaluate", runs.PicturesRun, .. measure]).GetProperty("data").GetString(), Object(["evaluate", runs.PicturesRun, .. measure]).GetProperty("split").GetString()));
    }

    [Fact]
    public void What_it_will_cost_is_said_beforehand_and_how_far_it_is_while_it_runs()
    {
        string[] measure = ["evaluate", runs.PointsRun, "--count", "5", "--steps", "4", "--metric", "elbo"];
        Assert.Equal($"note: about 4 passes through the network to come{Environment.NewLine}", Diffusion.Finish(measure).Error);
        Assert.Equal("", Diffusion.Finish([.. measure, "--json"]).Error);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext(new CommandConsole(output, error, IsTerminal: true), new ManualClock { StepAtEachLook = 1 }, CancellationToken.None);
        Assert.Equal(0, DiffusionCommand.Run([.. measure, "--threads", "1"], context));
        Assert.Matches("\rmeasuring  building the network  .*note: about 4 passes[\\s\\S]*\rmeasuring ━+ +2/4  elbo  .* passes/s  .* left", error.ToString());
        Assert.EndsWith("\r\u001b[K", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_with_the_mend()
    {
        string[] points = ["evaluate", runs.PointsRun, "--data", "moons"];
        Diffusion.Fail(2, "error: --metric: 'fid' is unknown; there are elbo, likelihood, sliced-wasserstein, score-fokker-planck. See 'diffusion evaluate --help'.", [.. points, "--metric", "fid"]);
        Diffusion.Fail(2, "error: --steps: at most the 1000 levels of this model's schedule, 1001 was given.", [.. points, "--steps", "1001"]);
        Diffusion.Fail(2, "error: --bits is of pictures; this model's samples are vectors, which have a density.", [.. points, "--bits", "8"]);
        Diffusion.Fail(2, $"error: --out: {folder["e.txt"]} does not end in .json.", [.. points, "--out", folder["e.txt"]]);
        Diffusion.Fail(2, "error: --count: a distance of two sets needs at least 2 samples, 1 was given.", [.. points, "--count", "1", "--metric", "sliced-wasserstein"]);
        Diffusion.Fail(2, $"error: {folder["none"]}: there is no such file or folder.", "evaluate", folder["none"], "--data", "moons");
        Write("three.npy", [4, 3], 0.1f);
        Diffusion.Fail(2, $"error: {folder["three.npy"]}: its samples are [3], the model's [2].", "evaluate", runs.PointsRun, "--data", folder["three.npy"]);
        Write("two.npy", [4, 2], 0.1f);
        Diffusion.Fail(2, $"error: {folder["two.npy"]}: 1 to 4 samples can be measured, 5 were asked for.", "evaluate", runs.PointsRun, "--data", folder["two.npy"], "--count", "5");
        Diffusion.Fail(2, $"error: {folder["two.npy"]} has no test part of its own; name the folder or file of the test data instead.", "evaluate", runs.PointsRun, "--data", folder["two.npy"], "--split", "test");
        Write("pictures.npy", [2, 8, 8, 1], 0.3f);
        Diffusion.Fail(2, $"error: {folder["pictures.npy"]}: 0.3 is none of the 256 values of 8-bit pictures in [-1, 1]; the pictures were resized or have another depth. Give that depth, or 0 bits to measure a density.", "evaluate", runs.PicturesRun, "--data", folder["pictures.npy"]);
        Diffusion.Succeed("evaluate", runs.PicturesRun, "--data", folder["pictures.npy"], "--bits", "0", "--metric", "elbo", "--steps", "2");
    }

    [Theory]
    [InlineData("--steps is not an option of likelihood; it belongs to elbo.", "--steps", "9", "--metric", "likelihood")]
    [InlineData("--variance is not an option of likelihood, sliced-wasserstein; it belongs to elbo.", "--variance", "small", "--metric", "likelihood", "--metric", "sliced-wasserstein")]
    [InlineData("--probes is not an option of elbo; it belongs to likelihood, score-fokker-planck.", "--probes", "64", "--metric", "elbo")]
    [InlineData("--bits is not an option of sliced-wasserstein; it belongs to elbo, likelihood.", "--bits", "0", "--metric", "sliced-wasserstein")]
    public void An_option_that_none_of_the_metrics_reads_is_refused_with_those_that_do(string expected, params string[] options) =>
        Diffusion.Fail(2, $"error: {expected}", ["evaluate", runs.PicturesRun, "--data", "digits", .. options]);

    [Fact]
    public void A_distance_alone_takes_pictures_of_any_values()
    {
        Write("greys.npy", [2, 8, 8, 1], 0.3f);
        Diffusion.Succeed("evaluate", runs.PicturesRun, "--data", folder["greys.npy"], "--metric", "sliced-wasserstein");
    }

    [Fact]
    public void A_stop_writes_nothing()
    {
        var outcome = Diffusion.Run(false, new CancellationToken(canceled: true), "evaluate", runs.PointsRun, "--data", "moons", "--out", folder["e.json"]);
        Assert.Equal((ExitCode.Stopped, $"stopped: before the first pass through the network; nothing was written.{Environment.NewLine}"), (outcome.Code, outcome.Error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private void Write(string name, Shape shape, float value)
    {
        var values = new FloatTensor(shape);
        values.Values.Fill(value);
        NpyFile.Write(folder[name], values);
    }

    private static double Value(JsonElement figure) => figure.GetProperty("value").GetDouble();

    private static string Notes(JsonElement figure) => string.Join("; ", figure.GetProperty("notes").EnumerateArray().Select(n => n.GetString()));

    private static JsonElement Object(params string[] args) => JsonDocument.Parse(Diffusion.Succeed(args).TrimEnd()).RootElement;
}
