using System.Text.Json;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Networks.Tests;

public sealed class OptimizationTests
{
    private const int Warmup = 10, Total = 100;

    [Theory]
    [InlineData("constant", RateCurve.Constant, 0)]
    [InlineData("constant_with_warmup", RateCurve.Constant, Warmup)]
    [InlineData("linear", RateCurve.Linear, Warmup)]
    [InlineData("cosine", RateCurve.Cosine, Warmup)]
    [InlineData("cosine_with_restarts", RateCurve.CosineWithRestarts, Warmup)]
    [InlineData("polynomial", RateCurve.Polynomial, Warmup)]
    public void Multipliers_of_the_learning_rate_are_those_recorded(string name, RateCurve curve, int warmup)
    {
        using var recorded = Recorded();
        var expected = recorded.RootElement.GetProperty("lr").GetProperty(name).EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var schedule = new LearningRateSchedule(curve, warmup, Total, Cycles: 3);
        schedule.Validate();
        Near.Absolute(expected, [.. Enumerable.Range(0, expected.Length).Select(s => schedule.Multiplier(s))], 1e-12, name);
    }

    [Fact]
    public void Decays_of_the_average_are_those_recorded()
    {
        using var recorded = Recorded();
        foreach (var setting in recorded.RootElement.GetProperty("ema_decay").EnumerateObject())
        {
            var given = setting.Value.GetProperty("kwargs");
            double Number(string name, double otherwise) => given.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
            var ema = new EmaOptions(
                Number("decay", 0.9999),
                Number("min_decay", 0),
                (long)Number("update_after_step", 0),
                Number("inv_gamma", 1),
                given.TryGetProperty("use_ema_warmup", out _) ? Number("power", 2.0 / 3) : null);
            ema.Validate();
            var expected = setting.Value.GetProperty("decay_at_step").EnumerateArray().Select(v => v.GetDouble()).ToArray();
            Near.Absolute(expected, [.. Enumerable.Range(1, expected.Length).Select(s => ema.Decay(s))], 1e-15, setting.Name);
        }
    }

    [Fact]
    public void The_average_stays_between_its_least_and_largest_decay()
    {
        var ema = new EmaOptions(MaxDecay: 0.9, MinDecay: 0.5);
        Assert.Equal(0, ema.Decay(1));
        Assert.Equal(0.5, ema.Decay(2));
        Assert.Equal(0.9, ema.Decay(1_000_000));
    }

    [Fact]
    public void A_share_of_the_average_halves_in_its_half_life()
    {
        var ema = new EmaOptions(HalfLife: 12.5);
        Assert.Equal(0.25, Enumerable.Range(1, 25).Aggregate(1.0, (share, step) => share * ema.Decay(step)), 1e-14);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(64)]
    public void Half_life_and_ramp_up_give_the_decays_of_EDM_once_its_images_are_counted_in_batches(int batch)
    {
        const double HalfLifeImages = 500_000, RampUp = 0.05;
        var ema = new EmaOptions(HalfLife: HalfLifeImages / batch, RampUp: RampUp);
        Assert.Equal(0, ema.Decay(1));
        foreach (var step in new long[] { 2, 3, 50, 1_000, 19_000, 20_001, 157_000, 1_000_000 })
        {
            // The loop counts the images before the step.
            var images = (step - 1) * (double)batch;
            Assert.Equal(Math.Pow(0.5, batch / Math.Min(HalfLifeImages, images * RampUp)), ema.Decay(step), 1e-14);
        }
    }

    [Fact]
    public void Every_average_and_the_part_of_the_step_have_their_place_in_the_rates()
    {
        var rates = new float[7];
        var more = new EmaOptions[] { new(HalfLife: 3), new(HalfLife: 9) };
        TrainingRates.Write(rates, 5, new AdamOptions(), new LearningRateSchedule(), new EmaOptions(MaxDecay: 0.25), more, 2);
        Assert.Equal([0.75f, (float)(1 - Math.Pow(0.5, 1.0 / 3)), (float)(1 - Math.Pow(0.5, 1.0 / 9)), 2], rates[3..]);
        var error = Assert.Throws<ArgumentException>(() => TrainingRates.Write(rates, 5, new AdamOptions(), new LearningRateSchedule(), new EmaOptions(), more));
        Assert.Contains("TrainingRates: 6 places were expected, 7 came.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rates_of_a_step_are_rounded_once_from_double()
    {
        var rates = new float[4];
        TrainingRates.Write(rates, 3, new AdamOptions(Rate: 2e-4), new LearningRateSchedule(WarmupSteps: 8), new EmaOptions());
        Assert.Equal([(float)(2e-4 * 2 / 8), (float)(1 - Math.Pow(0.9, 3)), (float)(1 - Math.Pow(0.999, 3)), (float)(9.0 / 12)], rates);
        TrainingRates.Write(rates, 1, new AdamOptions(), new LearningRateSchedule(), null);
        Assert.Equal([1e-3f, 0.1f, 1e-3f, 1], rates);
    }

    [Fact]
    public void A_decay_near_one_reaches_the_optimizer_with_all_digits_of_its_distance_from_one()
    {
        var rates = new float[4];
        TrainingRates.Write(rates, 1_000_000, new AdamOptions(), new LearningRateSchedule(), new EmaOptions(MaxDecay: 0.9999));
        Assert.Equal(1e-4, rates[3], 1e-11);
    }

    [Fact]
    public void Adam_without_clipping_clips_at_infinity()
    {
        Assert.Equal(float.PositiveInfinity, new AdamOptions().ToUpdate().ClipNorm);
        Assert.Equal(1, new AdamOptions(ClipNorm: 1).ToUpdate().ClipNorm);
    }

    [Fact]
    public void Settings_out_of_range_are_named_NaN_among_them()
    {
        Says("Adam: Rate is NaN, a finite number of at least 0 was expected.", () => new AdamOptions(Rate: double.NaN).ToUpdate());
        Says("Adam: Beta2 is 1, a number in [0, 1) was expected.", () => new AdamOptions(Beta2: 1).ToUpdate());
        Says("Adam: ClipNorm is 0, a number above 0, or null for no clipping was expected.", () => new AdamOptions(ClipNorm: 0).ToUpdate());
        Says("Ema: MaxDecay is NaN, a number in [0, 1) was expected.", () => new EmaOptions(double.NaN).Validate());
        Says("Ema: HalfLife and MaxDecay both say how the average forgets; give one of them.", () => new EmaOptions(MaxDecay: 0.9999, HalfLife: 10).Validate());
        Says("Ema: HalfLife and UpdateAfterStep both say how the average forgets; give one of them.", () => new EmaOptions(UpdateAfterStep: 3, HalfLife: 10).Validate());
        Says("Ema: RampUp shortens a half-life, and none is given; give HalfLife too, or leave RampUp out.", () => new EmaOptions(RampUp: 0.05).Validate());
        Says("Ema: HalfLife is NaN, a finite number of steps above 0, or null was expected.", () => new EmaOptions(HalfLife: double.NaN).Validate());
        Says("LearningRateSchedule: TotalSteps is 0, Cosine needs more than the 5 WarmupSteps.", () => new LearningRateSchedule(RateCurve.Cosine, 5).Validate());
        Says("LearningRateSchedule: Power is NaN, a finite number above 0 was expected.", () => new LearningRateSchedule(Power: double.NaN).Validate());

        static void Says(string message, Action action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }

    private static JsonDocument Recorded() => JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("golden", "models", "ema_lr.json")));
}
