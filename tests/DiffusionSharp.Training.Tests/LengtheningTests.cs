using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class LengtheningTests
{
    private static readonly RunConfig Cosine = new("digits", "test") { Steps = 800, Optimizer = new AdamOptions(Rate: 1e-3), RateCurve = RateCurve.Cosine, WarmupSteps = 10 };

    [Theory]
    [InlineData(RateCurve.Cosine)]
    [InlineData(RateCurve.Constant)]
    [InlineData(RateCurve.Linear)]
    public void A_finished_run_that_is_lengthened_and_stopped_has_the_bytes_of_one_lengthened_and_not_stopped(RateCurve curve)
    {
        using var folder = new TemporaryFolder();
        var old = SmallRuns.Pictures with { Steps = 20, SampleEvery = 0 };
        var now = old with { Steps = 40, RateCurve = curve };
        foreach (var name in new[] { "straight", "stopped" }) SmallRuns.Train(folder[name], config: old);
        SmallRuns.Train(folder["straight"], config: now);
        Assert.Equal((40, curve), (new RunFolder(folder["stopped"]) is var run && Lengthened(run, now) is { } c ? (c.Steps, c.RateCurve) : default));
        SmallRuns.Train(folder["stopped"], steps: 3, config: now);
        SmallRuns.Train(folder["stopped"], steps: 13, config: now);
        SmallRuns.Train(folder["stopped"], config: now);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["stopped"]));
        Assert.Equal(40, SavedModel.Load(folder["stopped"]).Step);

        static RunConfig Lengthened(RunFolder run, RunConfig now)
        {
            Trainer.Resume(now, SmallRuns.Digits, run.Path, Machine.Single);
            return run.ReadConfig();
        }
    }

    [Fact]
    public void A_curve_is_planned_anew_over_the_new_length()
    {
        using var folder = new TemporaryFolder();
        var old = SmallRuns.Pictures with { Steps = 10, SampleEvery = 0, LogEvery = 1 };
        SmallRuns.Train(folder["run"], config: old);
        SmallRuns.Train(folder["run"], config: old with { Steps = 20 });
        var rates = MetricsLog.Read(folder["run/metrics.jsonl"]).Select(l => l.Rate).ToArray();
        var (before, after) = (old.LearningRate(), (old with { Steps = 20 }).LearningRate());
        Assert.Equal(Enumerable.Range(0, 20).Select(s => 1e-3 * (s < 10 ? before : after).Multiplier(s)), rates);
    }

    [Fact]
    public void A_curve_changes_with_the_length_and_only_with_it()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], steps: 12, config: SmallRuns.Pictures with { SampleEvery = 0 });
        Refused("rateCurve: \"cosine\", \"constant\"", SmallRuns.Pictures with { SampleEvery = 0, RateCurve = RateCurve.Constant });
        Refused("steps: 40, 39", SmallRuns.Pictures with { SampleEvery = 0, Steps = 39 });
        Refused("steps: 40, 8", SmallRuns.Pictures with { SampleEvery = 0, Steps = 8 });
        Refused("batch: 6, 3", SmallRuns.Pictures with { SampleEvery = 0, Steps = 50, Batch = 3 });

        void Refused(string expected, RunConfig now) =>
            Assert.Contains(expected, Assert.Throws<DataException>(() => SmallRuns.Train(folder["run"], config: now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lengthened_run_is_described_with_its_rates()
    {
        Assert.Null(Lengthening.Describe(Cosine, Cosine));
        Assert.Equal(
            "the rate follows a cosine over all 1,600 steps: at step 801 it goes from 0.0000 up to 0.0005, and falls to 0 at the end; the run is not the one that 1,600 steps planned from the beginning would have been",
            Lengthening.Describe(Cosine, Cosine with { Steps = 1600 }));
        Assert.Equal(
            "the rate is constant: at step 801 it goes from 0.0000 up to 0.0010 and stays there; the run is not the one that 1,600 steps planned from the beginning would have been",
            Lengthening.Describe(Cosine, Cosine with { Steps = 1600, RateCurve = RateCurve.Constant }));
        var constant = Cosine with { RateCurve = RateCurve.Constant };
        Assert.Equal(
            "the rate stays at 0.0010; the run is the one that 1,600 steps planned from the beginning would have been",
            Lengthening.Describe(constant, constant with { Steps = 1600 }));
        Assert.Equal(
            "the rate follows a straight line over all 1,600 steps: at step 801 it goes from 0.0010 down to 0.0005, and falls to 0 at the end; the run is not the one that 1,600 steps planned from the beginning would have been",
            Lengthening.Describe(constant, constant with { Steps = 1600, RateCurve = RateCurve.Linear }));
        Assert.Contains("at step 401 it goes from 0.00010 up to 0.00017", Lengthening.Describe(Cosine with { Optimizer = new AdamOptions(Rate: 2e-4) }, Cosine with { Steps = 1600, Optimizer = new AdamOptions(Rate: 2e-4) }, done: 400)!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_lengthened_before_its_rate_fell_is_the_one_planned_from_the_beginning()
    {
        using var folder = new TemporaryFolder();
        var now = SmallRuns.Pictures with { Steps = 50, SampleEvery = 0, CheckpointEvery = 5 };
        SmallRuns.Train(folder["planned"], config: now);
        SmallRuns.Train(folder["lengthened"], steps: 6, config: now with { Steps = 40 });
        Assert.Contains("the run is the one that 50 steps planned from the beginning would have been", Lengthening.Describe(now with { Steps = 40 }, now, done: 5)!, StringComparison.Ordinal);
        SmallRuns.Train(folder["lengthened"], config: now);
        Assert.Equal(SmallRuns.Fingerprint(folder["planned"]), SmallRuns.Fingerprint(folder["lengthened"]));
    }
}
