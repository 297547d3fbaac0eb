using DiffusionSharp.Data.Formats;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

/// <summary>A folder of JPEG photographs, one sub-folder for each class, as a user has them.</summary>
public sealed class PhotoTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_of_photographs_is_trained_on_and_sampled_in_colour()
    {
        Diffusion.Succeed("train", "--config", Config(), "--out", folder["run"]);
        var model = SavedModel.Load(folder["run"]);
        Assert.Equal(3, model.Step);
        Assert.Equal([32, 32, 3], model.SampleShape.Dimensions.ToArray());
        Diffusion.Succeed("sample", folder["run"], "--out", folder["a.png"], "--count", "2", "--steps", "2");
        Assert.Equal(3, Png.Read(folder["a.png"]).Channels);
    }

    [Fact]
    public void Its_sub_folders_are_the_classes_that_are_asked_for_by_name()
    {
        Diffusion.Succeed("train", "--config", Config(), "--conditional", "--out", folder["run"]);
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], SavedModel.Load(folder["run"]).Config.Conditioning!.Names!);
        Diffusion.Succeed("sample", folder["run"], "--out", folder["a.npy"], "--count", "2", "--steps", "2", "--class", "frog", "--guidance", "2");
        Assert.Equal([2, 32, 32, 3], NpyFile.Read(folder["a.npy"]).Shape.Dimensions.ToArray());
    }

    private string Config()
    {
        var photos = SharedFolder.Require("data", "photos");
        if (!Jpeg.IsAvailable) Assert.Skip("libjpeg-turbo is not installed: photographs cannot be read.");
        var unet = SmallRuns.Pictures.UNet! with { SampleSize = 32, InChannels = 3, OutChannels = 3 };
        return folder.Write("photos.json", ConfigJson.Write(SmallRuns.Pictures with { Data = photos, UNet = unet, Size = null, Steps = 3 }));
    }
}
