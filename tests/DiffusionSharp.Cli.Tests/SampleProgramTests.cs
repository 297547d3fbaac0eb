using System.Text.RegularExpressions;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Cli.Tests;

/// <summary>The programs of samples/, each run to its end with few steps, and the first of them as a newcomer would.</summary>
public sealed class SampleProgramTests(SamplePrograms programs) : IClassFixture<SamplePrograms>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_three_lines_of_the_readme_train_and_draw_a_sheet()
    {
        // The program itself, with the project named from where this copy lies, and fewer steps.
        var text = await File.ReadAllTextAsync(Path.Combine(SamplePrograms.Folder, "First.cs"), TestContext.Current.CancellationToken);
        Assert.Contains("steps: 2_000", text, StringComparison.Ordinal);
        var few = text.Replace("steps: 2_000", "steps: 2", StringComparison.Ordinal);
        folder.Write("First.cs", few.Replace("../src/", $"{SharedFolder.Repository}/src/", StringComparison.Ordinal));
        var configuration = Diffusion.Configuration();

        // The libraries are as built for these tests; only the program itself is new.
        await Packing.Packages.Dotnet(folder.Path, null, "build", "First.cs", "-c", configuration, "-p:BuildProjectReferences=false");
        Assert.Equal("", await Packing.Packages.Dotnet(folder.Path, null, "run", "--no-build", "-c", configuration, "First.cs"));

        // Eight rows of eight, magnified as much as the sheet finds natural.
        var sheet = Data.Formats.Png.Read(folder["digits.png"]);
        Assert.Equal(sheet.Height, sheet.Width);
        Assert.True(sheet.Width >= 8 * 16);
        Assert.True(File.Exists(folder["runs", "digits", "config.json"]));
    }

    [Fact]
    public async Task Your_pictures_become_a_sheet_single_files_and_a_model_in_one_file()
    {
        var text = await programs.Run("YourPictures", "digits", folder["run"], "2");
        Assert.Contains("step 2 of 2: loss", text, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["run", "sheet.png"]));
        Assert.Equal(16, Directory.GetFiles(folder["run", "single"], "*.png").Length);
        Assert.Equal(2, (await DiffusionModel.OpenAsync(folder["run", "model.safetensors"])).TrainedSteps);
    }

    [Fact]
    public async Task Your_points_are_learned_by_class_in_memory()
    {
        var text = await programs.Run("YourPoints", folder["heart.svg"], "5");
        Assert.Contains("% of the samples of class left lie on the left", text, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["heart.svg"]));
        Assert.Equal(["heart.svg"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Your_network_is_trained_opened_again_and_gives_the_same_samples() =>
        Assert.Contains("the same samples: True", await programs.Run("YourNetwork", folder["run"], "5"), StringComparison.Ordinal);

    [Fact]
    public async Task Your_schedule_leads_nearer_to_the_points_with_more_steps()
    {
        var distances = Numbers(await programs.Run("YourSchedule"), "steps: ([0-9.]+) from");
        Assert.Equal(4, distances.Count);
        Assert.Equal(distances.OrderDescending(), distances);
        Assert.InRange(distances[^1], 0, 0.01);
    }

    [Fact]
    public async Task Your_sampler_comes_nearer_to_the_law_with_more_steps()
    {
        var text = await programs.Run("YourSampler");
        Assert.Contains("by LogEuler", text, StringComparison.Ordinal);
        var likelihoods = Numbers(text, "log-likelihood (-?[0-9.]+) nats");
        var gaps = likelihoods.Skip(1).Select(l => Math.Abs(l - likelihoods[0])).ToList();
        Assert.Equal(4, gaps.Count);
        Assert.Equal(gaps.OrderDescending(), gaps);
    }

    [Fact]
    public async Task Guidance_asks_the_network_twice_as_often()
    {
        var calls = Numbers(await programs.Run("Guidance", folder["run"], "1"), "([0-9]+) network calls");
        Assert.Equal(2 * calls[0], calls[1]);
        Assert.True(File.Exists(folder["run", "guidance-3.png"]));
    }

    [Fact]
    public async Task The_likelihood_program_measures_data_and_returns_from_the_noise()
    {
        var text = await programs.Run("Likelihood", folder["run"], "5");
        Assert.Contains("a point on average", text, StringComparison.Ordinal);
        Assert.Contains("to noise and back: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_sampled_step_by_step()
    {
        await DiffusionModel.TrainAsync(DataSource.Open("moons"), folder["run"], steps: 5, stop: TestContext.Current.CancellationToken);
        var text = await programs.Run("SampleFromRun", folder["run"], folder["a.svg"]);
        Assert.Contains("step 50 of 50: time", text, StringComparison.Ordinal);
        Assert.Contains($"wrote 64 samples to {folder["a.svg"]}", text, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["a.svg"]));
    }

    [Fact]
    public async Task The_closed_form_program_noises_and_denoises()
    {
        var text = await programs.Run("ClosedForm", folder["closed.svg"]);
        Assert.Contains("DDIM: mean log-likelihood", text, StringComparison.Ordinal);
        Assert.Contains("DDPM, 200 steps", await File.ReadAllTextAsync(folder["closed.svg"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Langevin_program_fills_the_wells_as_Boltzmanns_law_says()
    {
        var text = await programs.Run("LangevinWells", folder["wells.svg"]);
        Assert.Contains("t =    0: 1.000 of the particles in the upper well", text, StringComparison.Ordinal);
        Assert.Contains("Boltzmann: 0.", text, StringComparison.Ordinal);
        Assert.Contains("t = 30", await File.ReadAllTextAsync(folder["wells.svg"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_population_program_finds_one_mean_by_paths_and_by_density()
    {
        var text = await programs.Run("PopulationGrowth", folder["population.svg"]);
        var (paths, density) = (Numbers(text, "mean ([0-9.]+) of"), Numbers(text, "([0-9.]+) of the density"));
        Assert.Equal(3, paths.Count);
        Assert.All(paths.Zip(density), m => Assert.InRange(m.First - m.Second, -0.01, 0.01));
    }

    [Fact]
    public async Task The_tilted_wells_keep_their_mass()
    {
        Assert.Contains("mass 1.000000000000, least density", await programs.Run("FokkerPlanckDoubleWell", folder["wells.svg"]), StringComparison.Ordinal);
        Assert.True(File.Exists(folder["wells.svg"]));
    }

    private static List<double> Numbers(string text, string pattern) =>
        [.. Regex.Matches(text, pattern).Select(m => double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
}
