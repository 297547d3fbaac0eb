namespace DiffusionSharp.Samplers;

/// <summary>Where DDIM takes its noise estimate ε̂ from when the denoiser constrains its estimate (clipping, thresholding).</summary>
internal enum DdimDirection
{
    /// <summary>From the constrained estimate, so that x = α D + σ ε̂ holds: the sampler sees one denoiser.</summary>
    Consistent,

    /// <summary>From the estimate before it was constrained, as other tools do by default.</summary>
    Unconstrained,
}
