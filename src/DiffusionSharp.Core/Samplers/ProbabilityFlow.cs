using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The probability-flow ODE, in the coordinates where every schedule is the same.</summary>
/// <remarks>
/// With y = x/α and s = σ/α it is dy/ds = ε̂, for VP, VE, sub-VP, EDM and flow matching alike (Karras et al. 2022, arXiv:2206.00364,
/// eq. 4 and 81). Two ends are singular and get the same treatment everywhere: a step from pure noise
/// (<see cref="NoiseLevel.IsPureNoise"/>, s = ∞ or near) and a step to clean data (σ = 0) are <see cref="Step"/>, which is finite at both.
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

    /// <summary>The slope in given coordinates: ε̂, or ε̂ − D on the straight path.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">D(x), the denoiser's estimate there.</param>
    /// <param name="level">The level, with σ above 0.</param>
    /// <param name="coordinates">Which coordinates.</param>
    public static Tensor Slope(Tensor x, Tensor data, NoiseLevel level, FlowCoordinates coordinates) =>
        PredictionConversion.FromData(coordinates == FlowCoordinates.Straight ? Prediction.Flow : Prediction.Noise, data, x, level);

    /// <summary>The step along a given slope, such as the mean of two: y′ = y + (s′ − s) slope.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="slope">The slope in those coordinates.</param>
    /// <param name="level">Where the step starts; α above 0 unless the path is straight.</param>
    /// <param name="levelNext">Where it ends, at any level.</param>
    /// <param name="coordinates">Which coordinates.</param>
    public static Tensor Along(Tensor x, Tensor slope, NoiseLevel level, NoiseLevel levelNext, FlowCoordinates coordinates = FlowCoordinates.Ratio)
    {
        static double Scale(NoiseLevel at, FlowCoordinates c) => c == FlowCoordinates.Straight ? at.Alpha + at.Sigma : at.Alpha;
        var factor = Scale(levelNext, coordinates) / Scale(level, coordinates);
        return (factor * x) + ((levelNext.Sigma - (factor * level.Sigma)) * slope);
    }

    /// <summary>The midpoint method with its stage half way in ln(σ/α): second order.</summary>
    /// <param name="denoiser">Asked once, at the stage.</param>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">The denoiser's estimate there.</param>
    /// <param name="schedule">Where the stage's level comes from.</param>
    /// <param name="level">Where the step starts.</param>
    /// <param name="levelNext">Where it ends.</param>
    /// <remarks>Lu et al. 2022, arXiv:2206.00927, algorithm 1: the weights of its exponential integrator are plain differences in s.</remarks>
    internal static Tensor Midpoint(Denoiser denoiser, Tensor x, Tensor data, Schedule schedule, NoiseLevel level, NoiseLevel levelNext)
    {
        if (IsSingular(level, levelNext)) return Step(x, data, level, levelNext);
        var middle = schedule.AtRatio(Math.Sqrt(level.Ratio * levelNext.Ratio));
        var xMiddle = Step(x, data, level, middle);
        return Along(x, Slope(xMiddle, denoiser.Denoise(xMiddle, middle), middle), level, levelNext);
    }

    /// <summary>Whether a step starts at pure noise or ends at clean data, where only <see cref="Step"/> is defined.</summary>
    /// <param name="level">Where the step starts.</param>
    /// <param name="levelNext">Where it ends.</param>
    public static bool IsSingular(NoiseLevel level, NoiseLevel levelNext) => level.IsPureNoise || levelNext.Sigma == 0;
}
