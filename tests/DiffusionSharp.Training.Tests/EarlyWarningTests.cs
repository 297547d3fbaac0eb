using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class EarlyWarningTests
{
    private static readonly RunConfig Points = new("moons", "test") { Mlp = new MlpOptions(2, Width: 32, Layers: 2, TimeFeatures: 16), Steps = 240, Batch = 64, Seed = 2, CheckpointEvery = 50, KeepCheckpoints = 9, SampleSteps = 2 };

    private static DataSource Moons { get; } = DataSource.Open("moons", new DataSourceOptions(), Parallelism.Single);

    [Fact]
    public void The_share_of_the_first_weights_in_an_average_is_what_the_average_of_a_single_pulse_keeps()
    {
        foreach (var ema in new EmaOptions[] { new(HalfLife: 70), new(MaxDecay: 0.99, MinDecay: 0.99), new(HalfLife: 1000, RampUp: 0.05), new(), new(MaxDecay: 0.999, WarmupPower: 0.75, UpdateAfterStep: 4) })
        {
            // Weights of 1 where the average last began, of 0 ever after.
            var (average, began) = (1.0, 0);
            for (var step = 1; step <= 200; step++)
            {
                if (ema.Decay(step) == 0) (average, began) = (1, step);
                else average = ema.Decay(step) * average;
            }

            Assert.Equal(began <= 100 ? average : 0, EarlyWarnings.InitialShare(ema, 200), 1e-15);
        }

        Assert.Equal(0.25, EarlyWarnings.InitialShare(new EmaOptions(HalfLife: 100), 200), 1e-13);
    }

    [Fact]
    public void The_share_of_a_run_of_any_length_is_the_product_of_its_decays_and_known_at_once()
    {
        foreach (var ema in new EmaOptions[] { new(HalfLife: 1e9, RampUp: 2), new(HalfLife: 20_000, RampUp: 3), new(MaxDecay: 0.999_999, WarmupPower: 1.5, InverseGamma: 10, UpdateAfterStep: 50), new(MaxDecay: 0.999_99, MinDecay: 0.9999) })
        {
            var log = 0.0;
            for (var step = 1; step <= 100_000; step++)
                if (ema.Decay(step) > 0) log += Math.Log(ema.Decay(step));
            Assert.Equal(log, Math.Log(EarlyWarnings.InitialShare(ema, 100_000)), 1e-6 * Math.Abs(log));
            Assert.InRange(EarlyWarnings.InitialShare(ema, int.MaxValue), 0, 1);
        }

        Assert.Equal(0.25, EarlyWarnings.InitialShare(new EmaOptions(HalfLife: 1e9), 2_000_000_000), 1e-6);
    }

    [Fact]
    public void An_average_longer_than_the_run_is_warned_of_by_its_share_and_one_within_it_is_not()
    {
        var warnings = EarlyWarnings.Of(Points with { Ema = new EmaOptions(HalfLife: 240), MoreEma = new Dictionary<string, EmaOptions> { ["fast"] = new(HalfLife: 20), ["slow"] = new(MaxDecay: 0.9999, MinDecay: 0.9999) } });
        Assert.Equal(2, warnings.Count);
        Assert.Equal("the average 'ema' remembers longer than the run: after its 240 steps 50 % of it are still the weights it began with; train longer, or forget sooner (--ema-half-life up to 55, or a lower ema.maxDecay and minDecay).", warnings[0].Message);
        Assert.Contains("the average 'slow' remembers longer than the run: after its 240 steps 97.6 % of it", warnings[1].Message, StringComparison.Ordinal);
        Assert.Empty(EarlyWarnings.Of(Points));
        Assert.Empty(EarlyWarnings.Of(Points with { Ema = new EmaOptions(HalfLife: 55) }));
        Assert.Single(EarlyWarnings.Of(Points with { Ema = new EmaOptions(HalfLife: 57) }));
        Assert.Empty(EarlyWarnings.Of(Points with { Ema = new EmaOptions(HalfLife: 10_000, RampUp: 0.05) }));
    }

    [Fact]
    public void A_warm_up_that_the_run_does_not_outlast_is_warned_of()
    {
        Assert.Equal("the learning rate warms up over 240 steps and the run has 240: it never reaches the full rate; train longer, or lower warmupSteps.", Assert.Single(EarlyWarnings.Of(Points with { WarmupSteps = 240 })).Message);
        Assert.Empty(EarlyWarnings.Of(Points with { WarmupSteps = 239 }));
    }

    [Fact]
    public void A_rate_of_zero_is_warned_of_once_at_a_known_step_by_a_resumed_run_as_by_a_straight_one_and_a_run_that_learns_is_not()
    {
        using var folder = new TemporaryFolder();
        var idle = Points with { Optimizer = new AdamOptions(Rate: 0) };
        var warnings = Run(folder["idle"], idle);
        var flat = Assert.Single(warnings);
        Assert.Equal((TrainingWarningKind.FlatLoss, 200), (flat.Kind, flat.Step));
        Assert.StartsWith("the loss does not fall: ", flat.Message, StringComparison.Ordinal);
        Assert.EndsWith("check the learning rate (0), that the data lies near [-1, 1], and that the network is large enough.", flat.Message, StringComparison.Ordinal);

        Assert.Empty(Run(folder["killed"], idle, steps: 190));
        Assert.Equal(flat, Assert.Single(Run(folder["killed"], idle, steps: 60)));
        var late = Trainer.Resume(idle, Moons, folder["idle"], Machine.Single);
        Assert.Equal([flat], late.Warnings);

        Assert.Empty(Run(folder["learns"], Points));
    }

    [Fact]
    public void A_loss_that_falls_within_its_first_line_and_then_stays_is_not_flat()
    {
        IEnumerable<MetricsLine> Lines(Func<int, double> loss) => Enumerable.Range(1, 20).Select(i => new MetricsLine(10 * i, loss(i) + (0.01 * new Rng(3).Normal((ulong)i)), 1, 1e-3, 0.9, 1, 1));
        Assert.Null(EarlyWarnings.OfLosses(Points, Lines(i => i == 1 ? 1 : 0.3)));
        Assert.Null(EarlyWarnings.OfLosses(Points, Lines(i => 1 - (0.01 * i))));
        Assert.NotNull(EarlyWarnings.OfLosses(Points, Lines(_ => 1)));
        Assert.NotNull(EarlyWarnings.OfLosses(Points, Lines(i => 1 + (0.1 * i))));
        Assert.Null(EarlyWarnings.OfLosses(Points, Lines(_ => 1).Take(19)));
        Assert.Null(EarlyWarnings.OfLosses(Points with { Steps = 199 }, Lines(_ => 1)));
    }

    [Fact]
    public void A_flat_loss_goes_unwarned_of_as_seldom_as_is_said()
    {
        // Twenty lines: ten in each half, P(t₉ > 2) = 3.8 %.
        var missed = 0;
        for (var run = 0; run < 4000; run++)
        {
            var rng = new Rng((ulong)run);
            if (EarlyWarnings.OfLosses(Points, Enumerable.Range(1, 20).Select(i => new MetricsLine(10 * i, 1 + rng.Normal((ulong)i), 1, 1e-3, 0.9, 1, 1))) is null) missed++;
        }

        Assert.InRange(missed / 4000.0, 0.038 - 0.01, 0.038 + 0.01);
    }

    private static List<TrainingWarning> Run(string path, RunConfig config, int steps = int.MaxValue)
    {
        var trainer = new RunFolder(path).Exists ? Trainer.Resume(config, Moons, path, Machine.Single) : Trainer.Start(config, Moons, path, Machine.Single);
        return [.. trainer.Warnings, .. trainer.Run(TimeProvider.System).Take(steps).Select(s => s.Warning).OfType<TrainingWarning>()];
    }
}
