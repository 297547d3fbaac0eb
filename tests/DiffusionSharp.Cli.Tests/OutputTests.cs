using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Tests;

/// <summary>The forms in which samples are written.</summary>
public sealed class OutputTests(ConditionalTests.Run runs) : IClassFixture<ConditionalTests.Run>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_takes_one_file_a_sample_and_a_sub_folder_for_each_class()
    {
        string[] sample = ["sample", runs.Digits, "--steps", "2", "--out"];
        Assert.StartsWith($"{folder["plain"]}: 3 samples of 8×8×1", Diffusion.Succeed([.. sample, folder["plain"], "--count", "3"]), StringComparison.Ordinal);
        Assert.Equal(["00000.png", "00001.png", "00002.png"], Names("plain"));
        var picture = Png.Read(folder["plain", "00002.png"]);
        Assert.Equal((8, 8, 1), (picture.Height, picture.Width, picture.Channels));

        Diffusion.Succeed([.. sample, folder["by.class"] + "/", "--class", "all", "--count", "20"]);
        Assert.Equal([.. Enumerable.Range(0, 10).SelectMany(c => new[] { $"{c}/00000.png", $"{c}/00001.png" })], Names("by.class"));

        Diffusion.Succeed("sample", runs.Unconditional, "--steps", "2", "--count", "2", "--out", folder["points"]);
        Assert.Equal([2], NpyFile.Read(folder["points", "00001.npy"]).Shape);
    }

    [Fact]
    public void A_sample_of_a_folder_is_that_of_the_array()
    {
        string[] sample = ["sample", runs.Unconditional, "--steps", "2", "--count", "2", "--seed", "4", "--out"];
        Diffusion.Succeed([.. sample, folder["each"]]);
        Diffusion.Succeed([.. sample, folder["all.npy"]]);
        Assert.Equal(NpyFile.Read(folder["all.npy"]).Values[2..].ToArray(), NpyFile.Read(folder["each", "00001.npy"]).Values.ToArray());
    }

    [Fact]
    public void What_a_folder_cannot_be_is_refused_before_the_work()
    {
        string[] sample = ["sample", runs.Digits, "--steps", "2", "--out"];
        Diffusion.Fail(2, "error: --strip is drawn as one .png or .svg; name such a file with --out.", [.. sample, folder["a"], "--strip"]);
        Diffusion.Fail(2, "error: --scale magnifies sheets; single files keep their size. Leave it out, or name a .png or .gif with --out.", [.. sample, folder["a"], "--scale", "2"]);
        Diffusion.Fail(2, $"error: --out: {runs.Digits} is the folder of a run; name another for the samples.", [.. sample, runs.Digits]);
        var file = folder.Write("file", "x");
        Diffusion.Fail(2, $"error: --out: {file} is a file without an ending; name a folder, or a file that ends in .png, .gif, .svg or .npy.", [.. sample, file]);
    }

    [Theory]
    [InlineData(1, 2 + (3 * 10))]
    [InlineData(5, 2 + (3 * 42))]
    public void Scale_magnifies_the_pictures_of_a_sheet(int scale, int side)
    {
        Diffusion.Succeed("sample", runs.Digits, "--out", folder["a.png"], "--count", "9", "--steps", "2", "--scale", $"{scale}");
        var picture = Png.Read(folder["a.png"]);
        Assert.Equal((side, side), (picture.Width, picture.Height));
    }

    [Fact]
    public void Scale_is_of_pictures() =>
        Diffusion.Fail(2, "error: --scale magnifies pictures; leave it out.", "sample", runs.Unconditional, "--out", folder["a.svg"], "--scale", "2");

    [Fact]
    public void A_strip_of_all_classes_has_one_row_for_each_with_its_name()
    {
        Diffusion.Succeed("sample", runs.Digits, "--out", folder["s.png"], "--strip", "--class", "all", "--steps", "20");
        var picture = Png.Read(folder["s.png"]);
        Assert.Equal((2 + 18 + (10 * 58), 2 + (10 * 58)), (picture.Width, picture.Height));
    }

    [Fact]
    public void Points_have_the_colour_of_their_class_in_data_and_samples_and_a_legend_names_it()
    {
        string[] classes = ["upper", "lower"];
        var config = SmallRuns.Points with { Conditioning = new ConditioningConfig(2, Names: classes) };
        var run = folder["model.safetensors"];
        new TrainedModel(config, new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout()), 0).Save(run);
        Diffusion.Succeed("sample", run, "--out", folder["all.svg"], "--class", "all", "--count", "40", "--steps", "3");
        var svg = File.ReadAllText(folder["all.svg"]);
        foreach (var name in classes) Assert.Equal(2, Count(svg, $">{name}<"));
        Diffusion.Succeed("sample", run, "--out", folder["none.svg"], "--count", "40", "--steps", "3");
        foreach (var name in classes) Assert.Equal(0, Count(File.ReadAllText(folder["none.svg"]), $">{name}<"));
        Diffusion.Succeed("sample", run, "--out", folder["strip.svg"], "--strip", "--class", "all", "--count", "40", "--steps", "5");
        foreach (var name in classes) Assert.Equal(5, Count(File.ReadAllText(folder["strip.svg"]), $">{name}<"));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private string[] Names(string into) =>
        [.. Directory.EnumerateFiles(folder[into], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder[into], f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
