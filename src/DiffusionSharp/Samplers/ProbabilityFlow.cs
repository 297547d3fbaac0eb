using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The probability-flow ODE, in the coordinates where every schedule is the same.</summary>
/// <remarks>
/// With y = x/α and s = σ/α it is dy/ds = ε̂, for VP, VE, sub-VP, EDM and flow matching alike (Karras et al. 2022, arXiv:2206.00364,
/// eq. 4 and 81). Two ends are singular and get the same treatment everywhere: a step from pure noise (α = 0, s = ∞) and a step to clean
/// data (σ = 0) are <see cref="Step"/>, which is finite at both.
/// </remarks>
public static class ProbabilityFlow
{
    /// <summary>ε̂ = (x − α D)/σ, the slope dy/ds.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">D(x), the denoiser's estimate there.</param>
    /// <param name="level">The level, with σ above 0.</param>
    public static Tensor Slope(Tensor x, Tensor data, NoiseLevel level) => PredictionConversion.FromData(Prediction.Noise, data, x, level);

    /// <summary>The step along a slope, y + (s′ − s) ε̂, in the form x′ = α′ D + σ′ ε̂; exact where ε̂ is constant.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">The estimate of the data that is held fixed.</param>
    /// <param name="level">Where the step starts; α may be 0.</param>
    /// <param name="levelNext">Where it ends, at any level; σ may be 0.</param>
    /// <returns>The state at <paramref name="levelNext"/>.</returns>
    /// <remarks>Euler's step in (y, s), which is DDIM's with η = 0: Song et al. 2021, arXiv:2010.02502, eq. 13.</remarks>
    public static Tensor Step(Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext) =>
        (levelNext.Alpha * data) + (levelNext.Sigma * Slope(x, data, level));

    /// <summary>Whether a step starts at pure noise or ends at clean data, where only <see cref="Step"/> is defined.</summary>
    public static bool IsSingular(NoiseLevel level, NoiseLevel levelNext) => level.Alpha == 0 || levelNext.Sigma == 0;
}
