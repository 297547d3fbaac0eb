using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Remembers every state that a denoiser is asked at: the recorded tool keeps those between two halves of a step too.</summary>
internal sealed class RecordedCalls(Denoiser inner) : Denoiser
{
    private readonly List<(Tensor X, NoiseLevel Level, Tensor Data)> calls = [];

    public IReadOnlyList<(Tensor X, NoiseLevel Level, Tensor Data)> All => calls;

    public override bool HasGradient => false;

    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var data = inner.Denoise(x, levels);
        calls.Add((x, levels[0], data));
        return data;
    }

    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
}
