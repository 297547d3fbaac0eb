using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Tests;

public sealed class ConfigTests
{
    [Fact]
    public void A_configuration_survives_writing_and_reading()
    {
        var text = ConfigJson.Write(SmallRuns.Pictures);
        Assert.Equal(text, ConfigJson.Write(ConfigJson.Read(text, "config")));
        Assert.Empty(ConfigJson.Differences(SmallRuns.Pictures, ConfigJson.Read(text, "config")));
    }

    [Fact]
    public void The_configuration_of_every_preset_is_read_as_it_was_written()
    {
        foreach (var preset in Presets.All)
        {
            var config = preset.Build("data", preset.ForPictures ? [32, 32, 3] : [2]);
            var read = ConfigJson.Read(ConfigJson.Write(config), "config");
            Assert.Equal(config.UNet?.HeadWidth, read.UNet?.HeadWidth);
            Assert.Empty(ConfigJson.Differences(config, read));
        }
    }

    [Fact]
    public void Precision_is_fast_where_none_is_written_and_reaches_the_network()
    {
        var text = ConfigJson.Write(SmallRuns.Pictures with { Precision = Precision.Exact });
        Assert.Equal(Precision.Exact, ConfigJson.Read(text, "config").Precision);
        Assert.Contains(",\n  \"precision\": \"exact\"", text, StringComparison.Ordinal);
        var absent = ConfigJson.Read(text.Replace(",\n  \"precision\": \"exact\"", "", StringComparison.Ordinal), "config");
        Assert.Equal(Precision.Fast, absent.Precision);
        var model = new TrainedModel(absent, new ParameterBuffer(new NetworkBlueprint(absent, absent.SampleShape()).Layout()), 1);
        Assert.Equal(Precision.Exact, model.With(Precision.Exact).Config.Precision);
        Assert.Equal(Precision.Exact, new NetworkBlueprint(model.With(Precision.Exact).Config, absent.SampleShape()).Precision);
    }

    [Fact]
    public void Every_preset_makes_a_valid_configuration_for_its_kind_of_samples()
    {
        foreach (var preset in Presets.All) preset.Build("data", preset.ForPictures ? [32, 32, 3] : [2]).Validated();
    }

    [Theory]
    [InlineData("\"seed\": 5", "\"sed\": 5", "sed")]
    [InlineData("\"steps\": 40", "\"steps\": 0", "steps: at least 1 is expected, 0 was given.")]
    [InlineData("\"steps\": 40", "\"steps\": \"many\"", "steps: a whole number below 2^31 is expected, 'many' was given (line")]
    [InlineData("\"steps\": 40", "\"steps\": 1.5", "steps: a whole number below 2^31 is expected, 1.5 was given (line")]
    [InlineData("\"prediction\": \"velocity\"", "\"prediction\": \"noize\"", "prediction: 'noize' is unknown; there are noise, data, velocity, score, flow (line")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"levels\": {\"kind\": \"normal\"}", "levels.kind: 'normal' is unknown; there are uniform, logNormal, logitNormal, importance (line")]
    [InlineData("\"attention\"", "\"attend\"", "]: 'attend' is unknown; there are plain, attention, skip, attentionSkip (line")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"schedule\": \"cosine\"", "schedule: an object {...} is expected, 'cosine' was given (line")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"learnedVariance\": true", "learnedVariance: an object {...} is expected, true was given (line")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"levels\": [1]", "levels: an object {...} is expected, an array was given (line")]
    [InlineData("\"flip\": true", "\"flip\": \"yes\"", "flip: true or false is expected, 'yes' was given (line")]
    [InlineData("\"flip\": true", "\"flip\": null", "flip: true or false is expected, null was given (line")]
    [InlineData("\"beta1\": 0.9", "\"beta1\": \"0.9\"", "optimizer.beta1: a number is expected, '0.9' was given (line")]
    [InlineData("\"seed\": 5", "\"seed\": -5", "seed: a whole number from 0, below 2^64, is expected, -5 was given (line")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"seed\": 6", "the key 'seed' is given twice (line")]
    [InlineData("\"beta1\": 0.9", "\"beta1\": 0.9, \"beta1\": 0.5", "the key 'beta1' is given twice (line")]
    [InlineData("\"seed\": 5,", "\"seed\": 5 5,", "not whole JSON (line")]
    [InlineData("\"prediction\": \"velocity\"", "\"prediction\": 2", "prediction")]
    [InlineData("\"precision\": \"fast\"", "\"precision\": \"double\"", "precision")]
    [InlineData("\"precision\": \"fast\"", "\"precision\": 1", "precision")]
    [InlineData("\"layersPerBlock\": 1", "\"layersPerBlock\": 1000000000", "uNet.layersPerBlock: at most 64 is expected, 1000000000 was given.")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"schedule\": {\"levels\": 2000000000}", "schedule.levels: at most 100000 are expected, 2000000000 were given.")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"schedule\": {\"levels\": 1, \"zeroTerminalSnr\": true}", "zero terminal SNR needs at least 2")]
    [InlineData("\"positional\"", "\"learned\"", "test.json: UNet2D: the time embedding Learned is not supported; Positional, Fourier and None are.")]
    public void What_is_wrong_in_a_configuration_is_named_in_one_line(string right, string wrong, string expected)
    {
        var text = ConfigJson.Write(SmallRuns.Pictures);
        Assert.Contains(right, text, StringComparison.Ordinal);
        var error = Assert.Throws<DataException>(() => ConfigJson.Read(text.Replace(right, wrong, StringComparison.Ordinal), "test.json"));
        Assert.StartsWith("test.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("[]", "test.json: a JSON object is expected, an array was given (line 1).")]
    [InlineData("\"points\"", "test.json: a JSON object is expected, 'points' was given (line 1).")]
    [InlineData("null", "test.json: a JSON object is expected, null was given.")]
    [InlineData("", "test.json: not whole JSON (line 1).")]
    [InlineData("{\"data\": \"rings\",\n\"steps\": ", "test.json: not whole JSON (line 2).")]
    [InlineData("{\"data\": null, \"preset\": \"points\"}", "test.json: data: a text is expected, null was given (line 1).")]
    public void A_file_that_is_no_configuration_says_that_an_object_is_expected(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<DataException>(() => ConfigJson.Read(text, "test.json")).Message);

    [Theory]
    [InlineData("linear", 300, 300)]
    [InlineData("sub-vp", 0.5, 499.5)]
    [InlineData("flow", 0.25, 250)]
    [InlineData("edm", 2, 173.28679513998633)]
    [InlineData("ve-geometric", 1, 978.0057513570366)]
    public void Networks_see_time_on_the_scale_that_their_features_resolve(string kind, double time, double input)
    {
        // Edm and VeGeometric: 250 ln σ, with σ = 2 and 50.
        var schedule = Kinds.Of(kind).Create();
        Assert.Equal(input, schedule.TimeInput(schedule.At(time)), 1e-9);
    }

    [Theory]
    [InlineData("ve-geometric", 0.01, 50)]
    [InlineData("edm", 0.002, 80)]
    public void Schedules_of_exploding_noise_train_between_their_least_and_most_noise_and_sample_to_clean_data(string kind, double least, double most)
    {
        var schedule = Kinds.Of(kind).Create();
        Assert.Equal(least, schedule.Draw(0).Sigma, 1e-12);
        Assert.Equal(most, schedule.Draw(1 - 1e-15).Sigma, 1e-9);
        var grid = schedule.Grid(10);
        Assert.Equal(most, schedule.Sigma(grid.Start), 1e-9);
        Assert.Equal(schedule.CleanTime, grid.End);
        Assert.True(schedule.Sigma(grid.Times[^1]) >= least - 1e-12);
    }

    [Theory]
    [InlineData("vp-linear")]
    [InlineData("vp-cosine")]
    public void Continuous_schedules_train_and_sample_where_data_and_noise_both_count(string kind)
    {
        var schedule = Kinds.Of(kind).Create();
        foreach (var u in new[] { 0, 0.5, 1 - 1e-12 })
        {
            var level = schedule.Draw(u);
            Assert.InRange(level.Alpha, 1e-5, 1);
            Assert.InRange(level.Sigma, 1e-4, 1);
            Assert.InRange(schedule.TimeInput(level), 0.5, 999);
        }

        var grid = schedule.Grid(10);
        Assert.Equal(10, grid.Count);
        Assert.Equal(schedule.CleanTime, grid.End);
    }
}
