using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Denoisers;

public sealed class PredictionConversionTests
{
    private static readonly Tensor X0 = new Rng(1).Normal([2, 3]);
    private static readonly Tensor Eps = new Rng(2).Normal([2, 3]);

    [Theory]
    [InlineData(Prediction.Noise)]
    [InlineData(Prediction.Data)]
    [InlineData(Prediction.Velocity)]
    [InlineData(Prediction.Score)]
    [InlineData(Prediction.Flow)]
    public void The_exact_target_gives_back_the_data_and_the_data_gives_back_the_target(Prediction prediction)
    {
        foreach (var level in (NoiseLevel[])[new(0, 0.8, 0.6), new(0, 0.1, 0.995), new(0, 1, 3), new(0, 0.75, 0.25), new(0, 0.99999, 0.004)])
        {
            var x = level.AddNoise(X0, Eps);
            var target = PredictionConversion.Target(prediction, X0, Eps, level);
            Near.RelativeToLargest(X0, PredictionConversion.ToData(prediction, target, x, level), 1e-13, $"x₀ from {prediction} at {level}");
            Near.RelativeToLargest(target, PredictionConversion.FromData(prediction, X0, x, level), 1e-12, $"{prediction} from x₀ at {level}");
        }
    }

    [Fact]
    public void The_targets_are_those_of_the_papers()
    {
        var level = new NoiseLevel(0, 0.8, 0.6);
        Assert.Same(Eps, PredictionConversion.Target(Prediction.Noise, X0, Eps, level));
        Assert.Same(X0, PredictionConversion.Target(Prediction.Data, X0, Eps, level));
        Near.RelativeToLargest((0.8 * Eps) - (0.6 * X0), PredictionConversion.Target(Prediction.Velocity, X0, Eps, level), 1e-15, "v");
        Near.RelativeToLargest(Eps / -0.6, PredictionConversion.Target(Prediction.Score, X0, Eps, level), 1e-15, "score");
        Near.RelativeToLargest(Eps - X0, PredictionConversion.Target(Prediction.Flow, X0, Eps, level), 1e-15, "flow");
    }

    [Fact]
    public void In_pure_noise_velocity_flow_and_data_still_give_data_and_noise_says_that_it_cannot()
    {
        var level = new NoiseLevel(999, 0, 1);
        foreach (var prediction in (Prediction[])[Prediction.Velocity, Prediction.Flow, Prediction.Data])
            Near.RelativeToLargest(X0, PredictionConversion.ToData(prediction, PredictionConversion.Target(prediction, X0, Eps, level), Eps, level), 1e-15, $"{prediction}");
        foreach (var prediction in (Prediction[])[Prediction.Noise, Prediction.Score])
            Assert.Contains("says nothing about the data at α = 0", Assert.Throws<InvalidOperationException>(() => PredictionConversion.ToData(prediction, Eps, Eps, level)).Message, StringComparison.Ordinal);
        Assert.Equal(Eps.Values, PredictionConversion.FromData(Prediction.Noise, X0, Eps, level).Values);
    }

    [Fact]
    public void In_clean_data_the_noise_has_posterior_mean_zero()
    {
        var level = new NoiseLevel(-1, 1, 0);
        Assert.Equal(0, PredictionConversion.FromData(Prediction.Noise, X0, X0, level).MaxAbs());
        Assert.Equal(0, PredictionConversion.FromData(Prediction.Velocity, X0, X0, level).MaxAbs());
        Assert.Equal((-X0).Values, PredictionConversion.FromData(Prediction.Flow, X0, X0, level).Values);
        foreach (var prediction in (Prediction[])[Prediction.Noise, Prediction.Velocity, Prediction.Score])
            Assert.Equal(X0.Values, PredictionConversion.ToData(prediction, Eps, X0, level).Values);
        Assert.Throws<InvalidOperationException>(() => PredictionConversion.FromData(Prediction.Score, X0, X0, level));
    }

    [Fact]
    public void Shapes_that_differ_and_unknown_predictions_are_refused()
    {
        var level = new NoiseLevel(0, 0.8, 0.6);
        Assert.Equal("Prediction conversion: shapes differ, [2, 3] and [3, 2].", Assert.Throws<ArgumentException>(() => PredictionConversion.ToData(Prediction.Data, Eps.Reshape([3, 2]), X0, level)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => PredictionConversion.ToData((Prediction)99, Eps, X0, level));
    }
}
