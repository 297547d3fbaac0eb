using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class EmaTests
{
    [Fact]
    public void Each_of_several_averages_has_the_bytes_that_it_would_have_alone()
    {
        using var folder = new TemporaryFolder();
        EmaOptions classic = new(MaxDecay: 0.95), half = new(HalfLife: 7, RampUp: 0.3);
        var (one, other) = (Config(classic, ("b", half)), Config(half, ("a", new EmaOptions(HalfLife: 3)), ("b", classic)));
        SmallRuns.Train(folder["one"], config: one);
        SmallRuns.Train(folder["other"], config: other);
        Assert.Equal(Weights(folder["one"], "ema"), Weights(folder["other"], "b"));
        Assert.Equal(Weights(folder["one"], "b"), Weights(folder["other"], "ema"));
        Assert.Equal(Weights(folder["one"], "raw"), Weights(folder["other"], "raw"));
        Assert.NotEqual(Weights(folder["one"], "ema"), Weights(folder["one"], "b"));
        Assert.NotEqual(Weights(folder["other"], "a"), Weights(folder["other"], "b"));
        Assert.True(File.Exists(Path.Combine(new RunFolder(folder["one"]).CheckpointFolder(40), "ema-b.safetensors")));
    }

    [Fact]
    public void Weights_that_a_run_does_not_have_are_refused_with_the_names_it_has()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], config: Config(new EmaOptions(), ("slow", new EmaOptions(HalfLife: 100)), ("fast", new EmaOptions(HalfLife: 5))) with { Steps = 2, WarmupSteps = 0 });
        var error = Assert.Throws<UnknownWeightsException>(() => SavedModel.Load(folder["run"], "quick"));
        Assert.Equal("weights: 'quick' is unknown; this run has ema, raw, fast, slow.", error.Message);
    }

    [Theory]
    [InlineData("ema", "moreEma: the name 'ema' is taken; choose another.")]
    [InlineData("last", "moreEma: the name 'last' is taken; choose another.")]
    [InlineData("../ema", "moreEma: a name is 1 to 40 of a-z, 0-9 and -, '../ema' was given.")]
    [InlineData("Slow", "moreEma: a name is 1 to 40 of a-z, 0-9 and -, 'Slow' was given.")]
    [InlineData("", "moreEma: a name is 1 to 40 of a-z, 0-9 and -, '' was given.")]
    public void A_name_that_cannot_be_a_file_or_is_taken_is_refused(string name, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Config(new EmaOptions(), (name, new EmaOptions())).Validated()).Message);

    [Fact]
    public void Averages_stand_in_a_configuration_by_name_and_mistakes_in_them_are_named()
    {
        var config = Config(new EmaOptions(HalfLife: 50, RampUp: 0.05), ("slow", new EmaOptions(HalfLife: 400)));
        var read = ConfigJson.Read(ConfigJson.Write(config), "file");
        Assert.Equal(config.Ema, read.Ema);
        Assert.Equal(config.MoreEmaInOrder(), read.MoreEmaInOrder());
        Assert.Contains("moreEma.slow.halfLife: a number is expected, 'x' was given", Wrong("400", "\"x\""), StringComparison.Ordinal);
        Assert.Contains("moreEma.slow: Ema: HalfLife is -1, a finite number of steps above 0, or null was expected.", Wrong("400", "-1"), StringComparison.Ordinal);
        Assert.Contains("unknown key 'half'", Wrong("\"halfLife\": 400", "\"half\": 400"), StringComparison.Ordinal);

        string Wrong(string right, string wrong) => Assert.Throws<DataException>(() => ConfigJson.Read(ConfigJson.Write(config).Replace(right, wrong, StringComparison.Ordinal), "file")).Message;
    }

    private static RunConfig Config(EmaOptions ema, params (string Name, EmaOptions Options)[] more) => SmallRuns.Pictures with { Ema = ema, MoreEma = more.ToDictionary(m => m.Name, m => m.Options) };

    private static float[] Weights(string run, string name) => SavedModel.Load(run, name).Weights.Memory.Span.ToArray();
}
