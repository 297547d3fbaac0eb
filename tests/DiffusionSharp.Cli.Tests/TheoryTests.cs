using System.Text.Json;
using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Reports;

namespace DiffusionSharp.Cli.Tests;

public sealed class TheoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_experiment_leaves_a_page_results_and_its_figures()
    {
        var text = Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--out", folder["theory"]);
        Assert.Contains("[ 1/1] mle-is-kl", text, StringComparison.Ordinal);
        Assert.Contains("all hold", text, StringComparison.Ordinal);
        var page = File.ReadAllText(folder["theory", "index.html"]);
        Assert.Contains("src/DiffusionSharp.Theory/Experiments/MleIsKl.cs", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        using var results = JsonDocument.Parse(File.ReadAllText(folder["theory", "results.json"]));
        Assert.True(results.RootElement.GetProperty("passed").GetBoolean());
        var experiment = results.RootElement.GetProperty("experiments")[0];
        var figures = experiment.GetProperty("figures").EnumerateArray().Select(f => f.GetProperty("file").GetString()!).ToList();
        Assert.Equal([.. figures.Append("index.html").Append("results.json").Order(StringComparer.Ordinal)], Directory.EnumerateFiles(folder["theory"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.All(figures, f => Assert.Contains($"src=\"{f}\"", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_seed_gives_the_same_files_and_another_gives_others()
    {
        Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--seed", "3", "--out", folder["a"]);
        Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--seed", "3", "--threads", "2", "--out", folder["b"]);
        Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--seed", "4", "--out", folder["c"]);
        foreach (var file in Directory.EnumerateFiles(folder["a"])) Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(folder["b", Path.GetFileName(file)]));
        Assert.NotEqual(File.ReadAllText(folder["a", "results.json"]), File.ReadAllText(folder["c", "results.json"]));
    }

    [Fact]
    public void A_second_run_into_a_folder_takes_the_figures_of_the_first_away_and_nothing_else()
    {
        Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--out", folder["again"]);
        folder.Write("again/notes.txt", "mine");
        folder.Write("again/mine-too.svg", "<svg/>");
        Diffusion.Succeed("theory", "inverse-cdf", "--quick", "--out", folder["again"]);
        var left = Directory.EnumerateFiles(folder["again"]).Select(f => Path.GetFileName(f)).ToList();
        Assert.DoesNotContain(left, f => f.StartsWith("mle-is-kl", StringComparison.Ordinal));
        Assert.Contains("notes.txt", left);
        Assert.Contains("mine-too.svg", left);
        folder.Write("again/results.json", """{"experiments":[{"figures":[{"file":"../secret.svg"},{"file":"notes.txt"}]}]}""");
        folder.Write("secret.svg", "<svg/>");
        Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--out", folder["again"]);
        Assert.True(File.Exists(folder["secret.svg"]));
        Assert.True(File.Exists(folder["again", "notes.txt"]));
    }

    [Fact]
    public void An_experiment_that_fails_gives_exit_code_1_and_says_where()
    {
        using var output = new StringWriter();
        var context = new CommandContext(new CommandConsole(output, output, false), TimeProvider.System, CancellationToken.None);
        var code = TheoryCommand.Run([new MleIsKl { DivergenceFactor = 2 }], folder["broken"], new ExperimentContext(0, true, Parallelism.Single), json: false, context);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("FAILS", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 of 1 failed: mle-is-kl", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("✗ fails", File.ReadAllText(folder["broken", "index.html"]), StringComparison.Ordinal);
        using var results = JsonDocument.Parse(File.ReadAllText(folder["broken", "results.json"]));
        Assert.False(results.RootElement.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void Json_is_one_object_for_each_experiment_and_one_for_all()
    {
        var lines = Diffusion.Succeed("theory", "mle-is-kl", "--quick", "--json", "--out", folder["json"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using var answer = JsonDocument.Parse(lines[0]);
        Assert.Equal("mle-is-kl", answer.RootElement.GetProperty("experiment").GetString());
        Assert.True(answer.RootElement.GetProperty("passed").GetBoolean());
        using var all = JsonDocument.Parse(lines[1]);
        Assert.Equal(1, all.RootElement.GetProperty("experiments").GetInt32());
        Assert.True(all.RootElement.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void A_page_of_fewer_results_than_were_asked_for_says_so()
    {
        var written = new TheoryFolder(folder["part"], new ReportHeader(0, true, Asked: 2));
        written.Add(new MleIsKl().Run(new ExperimentContext(0, true, Parallelism.Single)));
        var page = File.ReadAllText(written.Page);
        Assert.Contains("1 of 2 so far", page, StringComparison.Ordinal);
        Assert.DoesNotContain("All hold", page, StringComparison.Ordinal);
        using var results = JsonDocument.Parse(File.ReadAllText(folder["part", "results.json"]));
        Assert.False(results.RootElement.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void A_stop_says_what_was_kept()
    {
        var outcome = Diffusion.Run(false, new CancellationToken(canceled: true), "theory", "mle-is-kl", "--quick", "--out", folder["stopped"]);
        Assert.Equal(ExitCode.Stopped, outcome.Code);
        Assert.StartsWith("stopped: before the first experiment was done", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slip_gets_one_line_and_exit_code_2()
    {
        folder.Write("other/thesis.txt", "mine");
        Diffusion.Fail(2, $"error: theory: 'entropy' is unknown; 'diffusion list experiments' names all {ExperimentCatalog.All.Count}.", "theory", "entropy", "--out", folder["x"]);
        Diffusion.Fail(2, $"error: theory: 'mle-is-lk' is unknown; did you mean 'mle-is-kl'? 'diffusion list experiments' names all {ExperimentCatalog.All.Count}.", "theory", "mle-is-lk", "--out", folder["x"]);
        Diffusion.Fail(2, "error: theory: 'all' stands alone, 2 names were given.", "theory", "all", "mle-is-kl", "--out", folder["x"]);
        Diffusion.Fail(2, "error: theory: --size belongs to --data.", "theory", "all", "--size", "32", "--out", folder["x"]);
        Diffusion.Fail(2, $"error: --out: {folder["other", "thesis.txt"]} is a file; the results need a folder.", "theory", "all", "--out", folder["other", "thesis.txt"]);
        Diffusion.Fail(2, $"error: --out: {folder["other"]} holds files but no results.json of an earlier run; name a new or an empty folder, so that nothing is written over.", "theory", "all", "--out", folder["other"]);
        Assert.False(Path.Exists(folder["x"]));
    }

    [Fact]
    public void Every_experiment_is_listed_in_the_order_of_the_course()
    {
        var names = Diffusion.Succeed("list", "experiments").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Skip(1);
        Assert.Equal(ExperimentCatalog.All.Select(e => e.Name), names);
    }
}
