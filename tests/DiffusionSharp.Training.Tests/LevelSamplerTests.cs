using DiffusionSharp.Networks;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class LevelSamplerTests
{
    private const int Draws = 20_000;

    [Fact]
    public void Log_normal_levels_have_the_stated_mean_and_deviation_of_the_log_ratio()
    {
        // The schedule's ends are more than five deviations away.
        var draws = Sample(new RunConfig("points", "test") { Mlp = new MlpOptions(2), Schedule = ScheduleConfig.VpLinear, Levels = new LevelConfig(LevelDistribution.LogNormal, 0.2, 0.8) });
        AssertNormal(draws.Select(d => Math.Log(d.Level.Ratio)), 0.2, 0.8);
        Assert.All(draws, d => Assert.Equal(1, d.Factor));
    }

    [Fact]
    public void Log_normal_levels_of_a_discrete_schedule_are_its_own_and_stay_within_it()
    {
        var draws = Sample(new RunConfig("points", "test") { Mlp = new MlpOptions(2), Levels = new LevelConfig(LevelDistribution.LogNormal, 4, 3) });
        Assert.All(draws, d => Assert.True(d.Level.Time == Math.Floor(d.Level.Time) && d.Level.Time is >= 0 and <= 999));
        var middle = Sample(new RunConfig("points", "test") { Mlp = new MlpOptions(2), Levels = new LevelConfig(LevelDistribution.LogNormal, 0.2, 0.8) });
        AssertNormal(middle.Select(d => Math.Log(d.Level.Ratio)), 0.2, 0.8);
    }

    [Fact]
    public void Logit_normal_levels_have_the_stated_mean_and_deviation_of_the_logit_of_time()
    {
        var config = new RunConfig("points", "test") { Mlp = new MlpOptions(2), Schedule = ScheduleConfig.VpLinear, Levels = new LevelConfig(LevelDistribution.LogitNormal, -0.5, 0.9) };
        AssertNormal(Sample(config).Select(d => (d.Level.Time - 1e-3) / (1 - 1e-3)).Select(u => Math.Log(u / (1 - u))), -0.5, 0.9);
    }

    [Fact]
    public void Importance_sampling_expects_the_same_loss_as_uniform_sampling_and_varies_less()
    {
        var (levels, loss) = Learned();
        double mean = 0, uniform = 0, second = 0, uniformSecond = 0;
        for (var i = 0; i < 10; i++)
        {
            var (p, l) = (levels.Probabilities[i], loss(i));
            mean += p * l / (10 * p);
            second += p * l / (10 * p) * l / (10 * p);
            uniform += l / 10;
            uniformSecond += l * l / 10;
        }

        Assert.Equal(uniform, mean, 1e-12);
        Assert.True(second - (mean * mean) < 0.01 * (uniformSecond - (uniform * uniform)), "Losses that are known make the weighted loss nearly constant.");

        var draws = Enumerable.Range(0, Draws).Select(k => levels.Draw(new Rng(3).Split((long)k))).ToList();
        Assert.Equal(uniform, draws.Average(d => d.Factor * loss((int)d.Level.Time)), 0.02 * uniform);
        Assert.All(draws, d => Assert.Equal(d.Bin, d.Level.Time));
        for (var i = 0; i < 10; i++)
        {
            var p = levels.Probabilities[i];
            Assert.Equal(p, draws.Count(d => d.Bin == i) / (double)Draws, 4.5 * Math.Sqrt(p * (1 - p) / Draws));
        }
    }

    [Fact]
    public void Probabilities_are_those_of_the_root_mean_square_of_the_newest_losses()
    {
        var levels = new ImportanceLevels(DiscreteSchedule.Linear(2), 2);
        foreach (var loss in new[] { 100.0, 3, 4 }) levels.History.Record(0, loss);
        levels.History.Record(1, 1);
        levels.Refresh();
        Assert.Equal([0.5, 0.5], levels.Probabilities.ToArray());

        levels.History.Record(1, 7);
        levels.Refresh();
        var (a, b) = (Math.Sqrt((9 + 16) / 2.0), Math.Sqrt((1 + 49) / 2.0));
        Assert.Equal((0.999 * a / (a + b)) + 0.0005, levels.Probabilities[0], 1e-12);
    }

    [Fact]
    public void Importance_sampling_of_a_continuous_schedule_reaches_all_of_its_time()
    {
        var draws = Sample(new RunConfig("points", "test") { Mlp = new MlpOptions(2), Schedule = ScheduleConfig.VpLinear, Levels = new LevelConfig(LevelDistribution.Importance) });
        Assert.True(draws.Min(d => d.Level.Time) < 0.002 && draws.Max(d => d.Level.Time) > 0.999);
        Assert.Equal(0.5005, draws.Average(d => d.Level.Time), 0.01);
    }

    [Fact]
    public void A_run_with_importance_sampling_resumes_to_the_same_bytes_at_any_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRuns.Pictures with { Schedule = new CosineScheduleConfig(Levels: 6), Levels = new LevelConfig(LevelDistribution.Importance, History: 2) };
        SmallRuns.Train(folder["straight"], config: config);
        SmallRuns.Train(folder["killed"], steps: 23, config: config, threads: 3);
        SmallRuns.Train(folder["killed"], config: config, threads: 2);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));

        // The history was in use where the run was cut: without it, the run would have gone on otherwise.
        var history = new LossHistory(6, 2);
        Checkpoint.ReadHistory(new RunFolder(folder["straight"]).CheckpointFolder(20), history);
        Assert.True(history.IsFull);
        SmallRuns.Train(folder["uniform"], config: config with { Levels = null });
        Assert.NotEqual(SmallRuns.Fingerprint(folder["straight"])["checkpoints/step-00000040/weights.safetensors"], SmallRuns.Fingerprint(folder["uniform"])["checkpoints/step-00000040/weights.safetensors"]);
    }

    [Fact]
    public void A_history_of_another_shape_or_with_values_that_cannot_be_is_refused()
    {
        var history = new LossHistory(3, 2);
        var other = new LossHistory(3, 4).Export().ToDictionary(e => e.Name, e => e.Value);
        Assert.Contains("3 bins of 2 losses were expected, [3, 4]", Assert.Throws<ArgumentException>(() => history.Import(n => other[n])).Message, StringComparison.Ordinal);
        foreach (var (name, value) in new[] { ("filled", 3f), ("next", 2f), ("next", -1f), ("filled", 0.5f), ("losses", float.NaN) })
        {
            var bad = history.Export().ToDictionary(e => e.Name, e => e.Value);
            bad[name].Values[0] = value;
            Assert.Throws<ArgumentException>(() => history.Import(n => bad[n]));
        }
    }

    private static (ImportanceLevels Levels, Func<int, double> Loss) Learned()
    {
        double Loss(int i) => 0.1 + (i * i);
        var levels = new ImportanceLevels(DiscreteSchedule.Linear(10), 3);
        for (var i = 0; i < 30; i++) levels.History.Record(i % 10, Loss(i % 10));
        levels.Refresh();
        return (levels, Loss);
    }

    private static List<DrawnLevel> Sample(RunConfig config)
    {
        var levels = LevelSampler.Create(config.Validated().LevelsOrDefault(), config.ScheduleOrDefault().Create());
        return [.. Enumerable.Range(0, Draws).Select(k => levels.Draw(new Rng(7).Split((long)k)))];
    }

    // Within four and a half standard errors of mean and deviation.
    private static void AssertNormal(IEnumerable<double> draws, double mean, double deviation)
    {
        var z = draws.ToList();
        var average = z.Average();
        Assert.Equal(mean, average, 4.5 * deviation / Math.Sqrt(Draws));
        Assert.Equal(deviation, Math.Sqrt(z.Average(v => (v - average) * (v - average))), 4.5 * deviation / Math.Sqrt(2 * Draws));
    }
}
