using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

/// <summary>What the command says, and what it understands.</summary>
public sealed class WordsTests(SmallRuns runs) : IClassFixture<SmallRuns>, IDisposable
{
    private static readonly string[] Commands = ["train", "sample", "evaluate", "theory", "inspect", "profile", "list", "completion", "help"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("hern", "heun")]
    [InlineData("huen", "heun")]
    [InlineData("Heum", "heun")]
    [InlineData("ddmp", "ddpm")]
    [InlineData("eight", "eight-gaussians")]
    [InlineData("swis-rol", "swiss-roll")]
    [InlineData("ab", null)]
    [InlineData("entropy", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_few_slips_away(string text, string? meant) =>
        Assert.Equal(meant, DidYouMean.Nearest(text, ["heun", "ddpm", "ddim", "eight-gaussians", "swiss-roll", "x"]));

    [Fact]
    public void Names_are_read_in_any_case()
    {
        Diffusion.Succeed("train", "--data", "MOONS", "--preset", "Points", "--prediction", "Velocity", "--out", folder["run"], "--steps", "1", "--batch", "4");
        var config = new RunFolder(folder["run"]).ReadConfig();
        Assert.Equal(("moons", "points", Denoisers.Prediction.Velocity), (config.Data, config.Preset, config.Prediction));
        Diffusion.Succeed("sample", runs.PointsRun, "--out", folder["a.npy"], "--sampler", "DDIM", "--spacing", "Karras", "--steps", "2", "--count", "2");
        Diffusion.Succeed("theory", "MLE-is-KL", "--quick", "--out", folder["theory"]);
        Diffusion.Succeed("inspect", "Moons");
        Diffusion.Succeed("inspect", "QuickStart", "--plan", "--batch", "1", "--forward");
    }

    [Fact]
    public void Alone_the_command_shows_its_help()
    {
        var text = Diffusion.Succeed();
        Assert.Equal(Diffusion.Succeed("--help"), text);
        Assert.Equal(text, Diffusion.Succeed("help"));
        Assert.All(Commands, c => Assert.Contains($"\n  {c} ", text, StringComparison.Ordinal));
        Assert.Equal(Diffusion.Succeed("train", "--help"), Diffusion.Succeed("help", "Train"));
        Diffusion.Fail(2, $"error: help: 'trian' is unknown; did you mean 'train'? There are {string.Join(", ", Commands)}.", "help", "trian");
    }

    [Fact]
    public void Help_is_in_groups_and_no_line_is_wider_than_the_page_or_breaks_a_word()
    {
        foreach (var command in Commands)
        {
            var text = Diffusion.Succeed("help", command);
            var lines = text.Split(Environment.NewLine);
            Assert.All(lines.TakeWhile(l => l != "Examples:"), l => Assert.InRange(l.Length, 0, CommandConsole.UsualWidth));
        }

        Assert.Matches(@"\nWhat to train on:\r?\n  --data SOURCE +A built-in source[\s\S]*\nRecipe:\r?\n  --preset NAME [\s\S]*\nClasses:\r?\n  --conditional ", Diffusion.Succeed("help", "train"));
        Assert.Contains("vp-linear", Diffusion.Succeed("help", "train"), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_wrapped_between_words_alone()
    {
        Assert.Equal(["one two", "three", "extraordinary", "four"], Lines.Wrap("one two three extraordinary four", 9));
        using var output = new StringWriter();
        var table = new TextTable();
        table.Add("name", "some words that need more than one line");
        table.Write(output, 30);
        Assert.Equal("name  some words that need|      more than one line|".Replace("|", Environment.NewLine, StringComparison.Ordinal), output.ToString());
    }

    [Theory]
    [InlineData("diffusion tra", "train")]
    [InlineData("diffusion sample --sampler dd", "ddim ddpm")]
    [InlineData("diffusion train --preset qu", "quickstart")]
    [InlineData("diffusion train --data mo", "moons")]
    [InlineData("diffusion train --prediction v", "velocity")]
    [InlineData("diffusion theory mle", "mle-is-kl")]
    [InlineData("diffusion list presets quick", "quickstart")]
    [InlineData("diffusion train --conf", "--config")]
    public void A_shell_is_told_how_a_line_may_go_on(string line, string words)
    {
        var found = Diffusion.Succeed($"[suggest:{line.Length}]", line).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        var word = line.Split(' ')[^1];
        Assert.Equal(words.Split(' '), found.Where(f => f.StartsWith(word, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Bash_completes_by_the_script_of_the_command()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs bash.");
        folder.Write("completion.bash", Diffusion.Succeed("completion", "bash"));
        folder.Write("diffusion", $"#!/bin/bash\nexec dotnet exec '{Diffusion.Assembly()}' \"$@\"\n");
        var script = $"chmod +x '{folder["diffusion"]}'; PATH='{folder.Path}':$PATH; source '{folder["completion.bash"]}'; COMP_LINE='diffusion sample --sampler dd'; COMP_WORDS=($COMP_LINE); COMP_CWORD=3; COMP_POINT=${{#COMP_LINE}}; _diffusion; echo \"${{COMPREPLY[@]}}\"; complete -p diffusion";
        using var bash = Diffusion.StartProcess("bash", "-c", script);
        var outcome = await Diffusion.End(bash);
        Assert.Equal(("ddim ddpm\ncomplete -o bashdefault -o default -F _diffusion diffusion\n", ""), (outcome.Out, outcome.Error));
    }

    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task A_script_of_completion_is_read_by_its_shell(string shell, string check)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, shell))), $"{shell} is not installed.");
        using var process = Diffusion.StartProcess(shell, check, folder.Write("script", Diffusion.Succeed("completion", shell)));
        var outcome = await Diffusion.End(process);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void A_script_is_there_for_four_shells()
    {
        Assert.Contains("Register-ArgumentCompleter", Diffusion.Succeed("completion", "pwsh"), StringComparison.Ordinal);
        Diffusion.Fail(2, "error: completion: 'zish' is unknown; did you mean 'zsh'? There are bash, zsh, fish, pwsh.", "completion", "zish");
    }
}
