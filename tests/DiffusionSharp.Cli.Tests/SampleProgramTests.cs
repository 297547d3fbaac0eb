namespace DiffusionSharp.Cli.Tests;

/// <summary>The programs of samples/, built and run as a newcomer would.</summary>
public sealed class SampleProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_closed_form_program_noises_and_denoises()
    {
        var text = await Run("ClosedForm.cs", folder["closed.svg"]);
        Assert.Contains("DDIM: mean log-likelihood", text, StringComparison.Ordinal);
        Assert.Contains("DDPM, 200 steps", await File.ReadAllTextAsync(folder["closed.svg"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_ones_own_points_is_trained_and_then_sampled()
    {
        await Run("TrainOnPoints.cs", folder["run"], "10");
        Assert.True(File.Exists(folder["run", "heart.svg"]));
        var text = await Run("SampleFromRun.cs", folder["run"], folder["a.svg"]);
        Assert.Contains($"wrote 64 samples to {folder["a.svg"]}", text, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["a.svg"]));
    }

    [Fact]
    public async Task The_Langevin_program_fills_the_wells_as_Boltzmanns_law_says()
    {
        var text = await Run("LangevinWells.cs", folder["wells.svg"]);
        Assert.Contains("t =    0: 1.000 of the particles in the upper well", text, StringComparison.Ordinal);
        Assert.Contains("Boltzmann: 0.", text, StringComparison.Ordinal);
        Assert.Contains("t = 30", await File.ReadAllTextAsync(folder["wells.svg"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void No_program_is_longer_than_sixty_lines() =>
        Assert.All(Directory.EnumerateFiles(Folder(), "*.cs"), path => Assert.InRange(File.ReadAllLines(path).Length, 1, 60));

    private static string Folder() => Path.Combine(TestKit.SharedFolder.Repository, "samples");

    // The libraries are as built for these tests; only the program itself is new.
    private static async Task<string> Run(string name, params string[] arguments)
    {
        var program = Path.Combine(Folder(), name);
        var configuration = Diffusion.Configuration();
        using var build = Diffusion.StartProcess("dotnet", "build", "-c", configuration, "-p:BuildProjectReferences=false", "-p:UseSharedCompilation=false", program);
        var built = await Diffusion.End(build);
        Assert.True(built.Code == 0, built.Out + built.Error);
        using var run = Diffusion.StartProcess("dotnet", ["run", "--no-build", "-c", configuration, program, "--", .. arguments]);
        var outcome = await Diffusion.End(run);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        return outcome.Out;
    }
}
