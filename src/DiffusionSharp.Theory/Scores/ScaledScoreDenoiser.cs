using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Scores;

/// <summary>The denoiser whose score is another's times a factor: wrong in a way that is known.</summary>
/// <remarks>c s = (α D′ − x)/σ² gives D′ = (c α D + (1 − c) x)/α.</remarks>
internal sealed class ScaledScoreDenoiser(Denoiser inner, double factor) : AdjustingDenoiser(inner)
{
    protected override Denoiser Around(Denoiser inner) => new ScaledScoreDenoiser(inner, factor);

    protected override Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels) => Scaled(data, x, levels);

    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        Scaled(Inner.VectorJacobian(x, levels, cotangent), cotangent, levels);

    private Tensor Scaled(Tensor d, Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var inverse = new double[levels.Length];
        for (var k = 0; k < inverse.Length; k++) inverse[k] = (1 - factor) / levels[k].Alpha;
        return (factor * d) + x.ScaleSamples(inverse);
    }
}
