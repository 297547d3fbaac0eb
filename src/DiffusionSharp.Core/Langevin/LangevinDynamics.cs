using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Langevin;

/// <summary>The step that all Langevin samplers take, and what their step sizes are measured in.</summary>
internal static class LangevinDynamics
{
    /// <summary>x + h s + √(2h) z.</summary>
    public static Tensor Step(Tensor x, Tensor score, double h, Tensor z) => x + (h * score) + (Math.Sqrt(2 * h) * z);

    /// <summary>The score that an estimate of the data means.</summary>
    public static Tensor Score(Tensor x, Tensor d, NoiseLevel level) => PredictionConversion.FromData(Prediction.Score, d, x, level);

    /// <summary>α² + σ², the variance of x for data of unit variance.</summary>
    public static double Power(NoiseLevel level) => (level.Alpha * level.Alpha) + (level.Sigma * level.Sigma);

    /// <summary>The start of a chain at a level, from a state at a noisier one: brought to the spread of the level.</summary>
    public static Tensor Enter(Tensor x, NoiseLevel from, NoiseLevel level) => from == level ? x : Math.Sqrt(Power(level) / Power(from)) * x;
}
