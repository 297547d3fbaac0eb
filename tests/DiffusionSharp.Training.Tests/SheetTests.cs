using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class SheetTests
{
    [Fact]
    public void Tables_of_any_width_train_to_the_end_and_their_sheets_are_numbers()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write(folder["table.npy"], new Rng(1).Normal([50, 3]).ToFloat());
        var config = new RunConfig("table.npy", "test", Mlp: new MlpOptions(3, Width: 16), Steps: 3, Batch: 4, SampleCount: 5, SampleSteps: 2);
        var last = Trainer.Start(config, NpySource.Open(folder["table.npy"]), folder["run"], Parallelism.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken).Last();
        Assert.EndsWith(".npy", last.Sheet, StringComparison.Ordinal);
        Assert.Equal(3, NpyFile.Read(last.Sheet!).Shape[1]);
    }

    [Fact]
    public void Grey_and_colour_pictures_and_points_of_the_plane_have_forms_of_their_own()
    {
        Assert.Equal([".png", ".png", ".npy", ".svg", ".npy"], ((Shape[])[[8, 8, 1], [8, 8, 3], [8, 8, 4], [2], [3]]).Select(SampleSheet.Extension));
    }
}
