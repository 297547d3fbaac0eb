using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The recordings' model, out(x, t) = 0.3·cos(t/250)·x + 0.1·sin(x), read as any prediction.</summary>
/// <param name="prediction">What the output is taken for.</param>
/// <param name="timeInput">The t that the recorded tool gave for a level; by default the level's own time.</param>
/// <param name="inputScale">What the recorded tool multiplied x by for the model; by default 1.</param>
internal sealed class RecordedModel(Prediction prediction, Func<NoiseLevel, double>? timeInput = null, Func<NoiseLevel, double>? inputScale = null) : Denoiser
{
    public override bool HasGradient => false;

    public static double Output(double x, double t) => (0.3 * Math.Cos(t / 250) * x) + (0.1 * Math.Sin(x));

    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var level = levels[0];
        foreach (var other in levels) Assert.Equal(level, other);
        var (t, scale) = (timeInput?.Invoke(level) ?? level.Time, inputScale?.Invoke(level) ?? 1);
        return PredictionConversion.ToData(prediction, x.Map(v => Output(scale * v, t)), x, level);
    }

    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
}
