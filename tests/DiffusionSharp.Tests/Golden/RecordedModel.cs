using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Tests.Golden;

/// <summary>The recordings' model, out(x, t) = 0.3·cos(t/250)·x + 0.1·sin(x), read as any prediction.</summary>
internal sealed class RecordedModel(Prediction prediction) : Denoiser
{
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var level = levels[0];
        foreach (var other in levels) Assert.Equal(level, other);
        var c = 0.3 * Math.Cos(level.Time / 250);
        return PredictionConversion.ToData(prediction, x.Map(v => (c * v) + (0.1 * Math.Sin(v))), x, level);
    }
}
