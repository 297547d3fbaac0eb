using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The step towards the data that draws from q(x_s | x_t, x₀) with an estimate for x₀: the one home of DDPM's arithmetic.</summary>
internal static class AncestralStep
{
    /// <summary>mean + √variance · z of <see cref="Posterior"/>; without noise where the step ends at clean data.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">The estimate of x₀ there.</param>
    /// <param name="level">t, where the step starts.</param>
    /// <param name="levelNext">s, where it ends; σ may be 0.</param>
    /// <param name="noise">Where the draw comes from.</param>
    /// <param name="index">The index of the draw.</param>
    public static Tensor Apply(Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index) =>
        Apply(x, data, level, levelNext, noise, index, DdpmVariance.FixedSmall, null, nameof(AncestralStep));

    /// <summary>The same with a variance of choice.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">The estimate of x₀ there.</param>
    /// <param name="level">t, where the step starts.</param>
    /// <param name="levelNext">s, where it ends; σ may be 0.</param>
    /// <param name="noise">Where the draw comes from.</param>
    /// <param name="index">The index of the draw.</param>
    /// <param name="variance">Which variance.</param>
    /// <param name="raw">The network's variance output for every value, where the choice is learned.</param>
    /// <param name="what">Who asks.</param>
    public static Tensor Apply(
        Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index, DdpmVariance variance, Tensor? raw, string what)
    {
        var q = Posterior.Between(level, levelNext);
        var mean = (q.OfX * x) + (q.OfData * data);
        if (levelNext.Sigma == 0) return mean;
        var z = noise.Draw(x.Shape, index);
        return mean + (raw is null ? Deviation(0) * z : raw.Map(Deviation) * z);

        double Deviation(double output) => Math.Sqrt(ReverseVariance.Of(variance, q, output, what));
    }
}
