using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Tests;

public sealed class BadOptionTests(SmallRuns runs) : IClassFixture<SmallRuns>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("error: --steps: a whole number from 1 to 1000000000 is expected, '0' was given. See 'diffusion train --help'.", "--steps", "0")]
    [InlineData("error: --steps: a whole number from 1 to 1000000000 is expected, '1e3' was given. See 'diffusion train --help'.", "--steps", "1e3")]
    [InlineData("error: --batch: a whole number from 1 to 1000000 is expected, '-1' was given. See 'diffusion train --help'.", "--batch", "-1")]
    [InlineData("error: --seed: a whole number from 0 to 18446744073709551615 is expected, '-1' was given. See 'diffusion train --help'.", "--seed", "-1")]
    [InlineData("error: --rate: a finite number above 0 is expected, 'NaN' was given. See 'diffusion train --help'.", "--rate", "NaN")]
    [InlineData("error: --rate: a finite number above 0 is expected, '1,5' was given. See 'diffusion train --help'.", "--rate", "1,5")]
    [InlineData("error: --threads: a whole number from 1 to 1024 is expected, '0' was given. See 'diffusion train --help'.", "--threads", "0")]
    [InlineData("error: --prediction: 'entropy' is unknown; there are noise, data, velocity, score, flow. See 'diffusion train --help'.", "--prediction", "entropy")]
    [InlineData("error: --precision: 'double' is unknown; there are fast, exact. See 'diffusion train --help'.", "--precision", "double")]
    [InlineData("error: --schedule: 'quadratic' is unknown; there are linear, scaled-linear, cosine, sigmoid, vp-linear, vp-cosine, laplace, sub-vp, ve-geometric, edm, geometric, betas, flow. See 'diffusion train --help'.", "--schedule", "quadratic")]
    [InlineData("error: accumulate: the 512 samples of a batch do not divide into 5 equal parts; choose a divisor of 512, or another batch.", "--batch", "512", "--accumulate", "5")]
    [InlineData("error: --ema-half-life: a finite number of steps above 0 is expected, '0' was given. See 'diffusion train --help'.", "--ema-half-life", "0")]
    [InlineData("error: --store: 'float8' is unknown; did you mean 'float32'? There are float32, float16, bfloat16. See 'diffusion train --help'.", "--store", "float8")]
    [InlineData("error: train: there is no option '--stpes'; did you mean '--steps'? See 'diffusion train --help'.", "--stpes", "3")]
    [InlineData("error: --steps: a value is needed after it, --steps N. See 'diffusion train --help'.", "--steps")]
    [InlineData("error: --preset: 'mnist' is for pictures, the source 'moons' gives samples of 2 values; choose points, points-ncsn.", "--preset", "mnist")]
    [InlineData("error: --preset and --config both choose a recipe; give one of them.", "--preset", "points", "--config", "c.json")]
    [InlineData("error: moons gives points; size and channels apply to pictures.", "--size", "8")]
    public void Training_refuses(string line, params string[] options)
    {
        Diffusion.Fail(2, line, ["train", "--data", "moons", "--out", folder["run"], .. options]);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void Training_refuses_a_preset_that_is_not_there_and_names_those_that_are()
    {
        Diffusion.Fail(2, $"error: --preset: 'huge' is unknown; there are {PresetNames.Joined}. See 'diffusion train --help'.", "train", "--data", "moons", "--out", folder["run"], "--preset", "huge");
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("error: --eta: a number from 0 to 1 is expected, 'NaN' was given. See 'diffusion sample --help'.", "--eta", "NaN")]
    [InlineData("error: --eta: a number from 0 to 1 is expected, '1.01' was given. See 'diffusion sample --help'.", "--eta", "1.01")]
    [InlineData("error: --steps: a whole number from 1 to 1000000 is expected, '0' was given. See 'diffusion sample --help'.", "--steps", "0")]
    [InlineData("error: --steps: at most the 1000 levels of this model's schedule, 1001 was given.", "--steps", "1001")]
    [InlineData("error: --precision: 'half' is unknown; there are fast, exact. See 'diffusion sample --help'.", "--precision", "half")]
    [InlineData("error: --weights: 'best' is unknown; this run has ema, raw.", "--weights", "best")]
    [InlineData("error: --weights: 'rwa' is unknown; did you mean 'raw'? This run has ema, raw.", "--weights", "rwa")]
    [InlineData("error: --count: a whole number from 1 to 10000000 is expected, '0' was given. See 'diffusion sample --help'.", "--count", "0")]
    [InlineData("error: --strip is drawn as .png or .svg, not as .npy.", "--strip")]
    public void Sampling_refuses(string line, params string[] options)
    {
        Diffusion.Fail(2, line, ["sample", runs.PointsRun, "--out", folder["a.npy"], .. options]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_sampler_that_is_not_there_and_an_option_that_it_does_not_take_are_refused()
    {
        string Takers(SamplerOption option) => string.Join(", ", SamplerCatalog.All.Where(e => e.Takes.HasFlag(option)).Select(e => e.Name));
        string[] sample = ["sample", runs.PointsRun, "--out", folder["a.npy"]];
        Diffusion.Fail(2, $"error: --sampler: 'hern' is unknown; did you mean 'heun'? 'diffusion list samplers' names all {SamplerCatalog.All.Count}. See 'diffusion sample --help'.", [.. sample, "--sampler", "hern"]);
        Diffusion.Fail(2, $"error: --eta is not an option of ddpm; it belongs to {Takers(SamplerOption.Eta)}.", [.. sample, "--sampler", "ddpm", "--eta", "0"]);
        Diffusion.Fail(2, "error: --variance: this model learned no variance; take the small or the large one.", [.. sample, "--sampler", "ddpm", "--variance", "learned-range"]);
        Diffusion.Fail(2, "error: --variance: this model learned no variance; take the small or the large one.", "evaluate", runs.PointsRun, "--data", "moons", "--variance", "learned-range");
        var outcome = Diffusion.Run([.. sample, "--spacing", "ays-deepfloyd"]);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith("error: --spacing: the levels of DeepFloyd are noisier than this model's schedule ever is (", outcome.Error, StringComparison.Ordinal);
        Diffusion.Fail(2, $"error: --variance is not an option of ddim; it belongs to {Takers(SamplerOption.Variance)}.", [.. sample, "--variance", "small"]);
    }

    [Fact]
    public void A_continuous_schedule_has_no_trained_timesteps_to_space()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"], "--schedule", "vp-linear", "--steps", "1");
        Diffusion.Fail(2, "error: --spacing: leading spaces trained timesteps, this model's schedule, vp-linear, has none; uniform, log-snr or karras spaces any.", "sample", folder["run"], "--out", folder["a.npy"], "--spacing", "leading");
    }

    [Fact]
    public void Langevin_dynamics_walks_trained_levels_of_noise_and_a_model_without_them_is_told_what_to_do()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        foreach (var schedule in (string[])["vp-linear", "cosine"])
        {
            var run = folder[schedule];
            Diffusion.Succeed("train", "--config", config, "--out", run, "--schedule", schedule, "--steps", "1");
            foreach (var sampler in (string[])["ncsn", "ncsn-v2", "langevin"])
                Diffusion.Fail(2, $"error: --sampler: {sampler} walks trained levels of noise, and this model's schedule, {schedule}, has none; say --steps N to walk N levels of it, or sample with predictor-corrector, heun or ddim.", "sample", run, "--out", folder["a.npy"], "--sampler", sampler);
            Diffusion.Succeed("sample", run, "--out", folder["a.npy"], "--sampler", "ncsn-v2", "--steps", "3", "--count", "2");
        }
    }

    [Fact]
    public void Levels_of_noise_that_rise_or_belong_to_another_schedule_are_refused_before_anything_is_made()
    {
        string Config(string schedule) => folder.Write("c.json", $$"""{"data": "two-modes", "preset": "test", "mlp": {"dimensions": 2}, "schedule": {{schedule}}}""");
        void Refused(string schedule, string message) => Diffusion.Fail(2, $"error: {Config(schedule)}: {message}", "train", "--config", Config(schedule), "--out", folder["run"]);
        Refused("""{"kind": "geometric", "sigmas": [0.1, 1, 5]}""", "GeometricSchedule: σ fall from the most noise to the least, and number 2 of 3, 1, does not lie below 0.1 before it; list them in falling order, each once.");
        Refused("""{"kind": "cosine", "sigmas": [5, 1]}""", "schedule.sigmas: it belongs to geometric, not to cosine; leave it out (line 1).");
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void A_model_with_levels_of_noise_is_walked_on_all_of_them_about_a_thousand_steps_and_says_where_its_samples_lie()
    {
        var config = folder.Write("c.json", """{"data": "two-modes", "preset": "test", "mlp": {"dimensions": 2, "width": 8, "layers": 1, "timeFeatures": 8}, "steps": 1, "schedule": {"kind": "geometric", "sigmaMin": 0.05}}""");
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"]);
        var text = Diffusion.Succeed("sample", folder["run"], "--out", folder["a.npy"], "--sampler", "ncsn-v2", "--count", "5");
        Assert.Contains("in 10 steps; 1,001 network calls", text, StringComparison.Ordinal);
        Assert.Contains("of 2 modes are covered", text, StringComparison.Ordinal);
        Assert.Contains("to its larger mode", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ending_of_the_file_must_fit_the_samples()
    {
        Diffusion.Fail(2, "error: --out: a.jpg ends in none of .png, .gif, .svg and .npy.", "sample", runs.PointsRun, "--out", "a.jpg");
        Diffusion.Fail(2, "error: --out: .png shows pictures of 1 or 3 channels, this model's samples are 2 values; write .svg or .npy.", "sample", runs.PointsRun, "--out", "a.png");
        Diffusion.Fail(2, "error: --out: .svg shows points in the plane, this model's samples are 8×8×1; write .png, .gif or .npy.", "sample", runs.PicturesRun, "--out", "a.svg");
    }

    [Fact]
    public void An_output_path_that_cannot_be_written_is_refused_before_the_work()
    {
        Diffusion.Fail(2, $"error: --out: {folder["a.npy"]} is a folder, a file was expected.", "sample", runs.PointsRun, "--out", Directory.CreateDirectory(folder["a.npy"]).FullName);
        var file = folder.Write("file", "x");
        var outcome = Diffusion.Run("sample", runs.PointsRun, "--out", Path.Combine(file, "a.npy"));
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"error: --out: {Path.Combine(file, "a.npy")} cannot be written: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
        Diffusion.Fail(2, $"error: {file}: a folder for the run is expected, this is a file.", "train", "--data", "moons", "--out", file, "--steps", "1");
        Directory.CreateDirectory(folder["full"]);
        folder.Write("full/other.txt", "x");
        Diffusion.Fail(2, $"error: {folder["full"]}: the folder is not empty and holds no run; choose another.", "train", "--data", "moons", "--out", folder["full"], "--steps", "1");
    }

    [Fact]
    public void Commands_and_arguments_that_are_missing_or_unknown_are_named()
    {
        Diffusion.Fail(2, "error: there is no command 'paint'; there are train, sample, evaluate, theory, inspect, profile, list, completion, help. See 'diffusion --help'.", "paint");
        Diffusion.Fail(2, "error: there is no command 'trian'; did you mean 'train'? See 'diffusion --help'.", "trian", "--data", "moons");
        Diffusion.Fail(2, "error: inspect: 'b' is one word too many; values that hold spaces stand in quotes. See 'diffusion inspect --help'.", "inspect", "a", "b");
        Diffusion.Fail(2, "error: train: --out RUN is missing: folder of the run, made where it is missing. See 'diffusion train --help'.", "train", "--data", "moons");
        Diffusion.Fail(2, "error: --data: there is no source 'monos'; did you mean 'moons'? 'diffusion list sources' names them, and a folder or a .npy file is named by its path. See 'diffusion train --help'.", "train", "--data", "monos", "--out", folder["run"]);
        Diffusion.Fail(2, "error: --data is needed: the name of a built-in source (see 'diffusion list sources'), a folder, or a .npy file.", "train", "--out", folder["run"]);
        Diffusion.Fail(2, "error: sample: MODEL is missing: folder of a run, or of one of its checkpoints, or the file of a model. See 'diffusion sample --help'.", "sample", "--out", "a.npy");
        Diffusion.Fail(2, "error: list: 'colours' is unknown; there are sources, presets, schedules, samplers, spacings, experiments.", "list", "colours");
        Diffusion.Fail(2, $"error: {folder["none"]}: there is no such file or folder, and no built-in source of this name.", "inspect", folder["none"]);
        Diffusion.Fail(2, "error: quickstart: there is no such file or folder, and no built-in source of this name; the network of 'quickstart' is shown with --plan.", "inspect", "quickstart");
        Diffusion.Fail(2, "error: mons: there is no such file or folder, and no built-in source of this name; did you mean 'moons'?", "inspect", "mons");
        Diffusion.Fail(2, $"error: {folder["none"]}: there is no such file or folder.", "sample", folder["none"], "--out", folder["a.npy"]);
        Diffusion.Fail(2, $"error: {folder["none"]}: there is no such folder.", "train", "--out", folder["none"], "--resume");
        var odd = folder.Write("a.txt", "x");
        Diffusion.Fail(2, $"error: {odd}: a run, a checkpoint, a folder of data, or a file ending in .safetensors, .npy, .png or .jpg is expected.", "inspect", odd);
    }

    [Theory]
    [InlineData]
    [InlineData("train")]
    [InlineData("sample")]
    [InlineData("evaluate")]
    [InlineData("inspect")]
    [InlineData("profile")]
    [InlineData("list")]
    public void Help_ends_with_an_example(params string[] command)
    {
        var text = Diffusion.Succeed([.. command, "--help"]);
        Assert.Contains("Examples:" + Environment.NewLine + "  diffusion " + string.Concat(command), text, StringComparison.Ordinal);
    }
}
