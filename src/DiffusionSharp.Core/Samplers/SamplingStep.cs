using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The state after one step of sampling.</summary>
/// <param name="Index">Which step this was, 0 … Count − 1.</param>
/// <param name="Count">How many steps the trajectory has.</param>
/// <param name="Time">The time that <paramref name="X"/> now has: where the step ended.</param>
/// <param name="X">The samples after the step, [N, …].</param>
/// <param name="Denoised">The denoiser's estimate of the finished samples at the start of the step: what previews show.</param>
public sealed record SamplingStep(int Index, int Count, double Time, Tensor X, Tensor Denoised)
{
    /// <summary>Whether the trajectory ends here.</summary>
    public bool IsLast => Index == Count - 1;
}
