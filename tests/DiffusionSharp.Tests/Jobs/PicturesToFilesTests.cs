namespace DiffusionSharp.Tests.Jobs;

public sealed class PicturesToFilesTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    [Fact]
    public void Sixteen_pictures_go_to_sixteen_files()
    {
        var model = DiffusionModel.Train(DataSource.Open("digits", size: 8), folder["run"], steps: 4);
        var files = DiffusionModel.Open(folder["run"]).Sample(16, seed: 1, steps: 5).SaveEach(folder["pictures"]);

        Assert.Equal(16, files.Count);
        Assert.All(files, f => Assert.True(File.Exists(f)));
        Assert.Equal(4, model.TrainedSteps);
    }
}
