using System.Text.RegularExpressions;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class SheetTests
{
    [Fact]
    public void Tables_of_any_width_train_to_the_end_and_their_sheets_are_numbers()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write(folder["table.npy"], new Rng(1).Normal([50, 3]).ToFloat());
        var config = new RunConfig("table.npy", "test") { Mlp = new MlpOptions(3, Width: 16), Steps = 3, Batch = 4, SampleCount = 5, SampleSteps = 2 };
        var last = Trainer.Start(config, NpySource.Open(folder["table.npy"]), folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken).Last();
        Assert.EndsWith(".npy", last.Sheet, StringComparison.Ordinal);
        Assert.Equal(3, NpyFile.Read(last.Sheet!).Shape[1]);
    }

    [Fact]
    public void Grey_and_colour_pictures_and_points_of_the_plane_have_forms_of_their_own()
    {
        Assert.Equal([".png", ".png", ".npy", ".svg", ".npy"], ((Shape[])[[8, 8, 1], [8, 8, 3], [8, 8, 4], [2], [3]]).Select(SampleForm.Extension));
    }

    [Fact]
    public void A_sheet_of_classes_has_small_pictures_magnified_and_their_names_beside_the_rows()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRuns.Pictures with { Conditioning = new ConditioningConfig(10), Steps = 6, SampleCount = 20, SampleSteps = 2 };
        var last = Trainer.Start(config, SmallRuns.Digits, folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken).Last();

        // Ten rows of two pictures of 8 × 8, seven times as large; a digit of 5 columns twice as large, and 8 pixels to the pictures.
        var sheet = Png.Read(last.Sheet!);
        Assert.Equal((2 + (10 * 58), 2 + 10 + 8 + (2 * 58)), (sheet.Height, sheet.Width));

        var model = SavedModel.Load(folder["run"]);
        SampleSheet.Write(folder["one.png"], model, Tensor.Zeros([4, 8, 8, 1]), columns: 2, scale: 1, labels: [3, 3, 3, 4]);
        Assert.Equal((2 + (2 * 10), 2 + (2 * 10)), (Png.Read(folder["one.png"]).Height, Png.Read(folder["one.png"]).Width));
        var error = Assert.Throws<ArgumentException>(() => SampleSheet.Write(folder["one.png"], model, Tensor.Zeros([1, 8, 8, 1]), labels: [10]));
        Assert.StartsWith("SampleSheet: 1 labels for 1 samples; each needs one of the model's 10 classes.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Points_of_a_class_have_a_colour_of_their_own_on_the_sheet()
    {
        using var folder = new TemporaryFolder();
        var source = PointSource.Create("eight-gaussians", 200);
        var config = new RunConfig("eight-gaussians", "test") { Mlp = new MlpOptions(2, Width: 16), Steps = 2, Batch = 8, SampleSteps = 2, Conditioning = new ConditioningConfig(8, Names: source.ClassNames) };
        var last = Trainer.Start(config, source, folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken).Last();
        var colors = Regex.Matches(File.ReadAllText(last.Sheet!), "<g fill=\"(#[^\"]+)\" fill-opacity").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(8, colors.Count);
        Assert.Equal(8, colors.Distinct().Count());
    }
}
