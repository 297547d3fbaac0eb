using System.Numerics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The simple random walk: every Δt a step of Δx to the left or to the right, with equal chances.</summary>
/// <remarks>
/// <code>
/// X(t) = Δx Σ_{i ≤ t/Δt} ξ_i,  ξ_i = ±1        E X = 0,  Var X = (Δx)² t/Δt,  2D = (Δx)²/Δt
/// </code>
/// With (Δx)²/Δt fixed it tends to a Wiener process as Δt → 0 (Donsker 1951). Bachelier 1900; Pearson 1905, "The problem of the random walk".
/// </remarks>
/// <param name="stepLength">Δx, above 0.</param>
/// <param name="stepTime">Δt, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
public sealed class RandomWalk(double stepLength = 1, double stepTime = 1)
{
    /// <summary>Δx.</summary>
    public double StepLength { get; } = Require.Positive(stepLength, "RandomWalk: stepLength");

    /// <summary>Δt.</summary>
    public double StepTime { get; } = Require.Positive(stepTime, "RandomWalk: stepTime");

    /// <summary>The variance of X(t), (Δx)² t/Δt.</summary>
    /// <param name="t">A multiple of Δt, at least 0.</param>
    public double Variance(double t) => StepLength * StepLength * t / StepTime;

    /// <summary>Steps to the right less steps to the left among steps [first, first + count) of a walk.</summary>
    /// <remarks>Step i is bit i mod 64 of word i/64 of the stream: 64 steps cost one draw.</remarks>
    /// <param name="rng">The walk's stream.</param>
    /// <param name="first">The first step, at least 0.</param>
    /// <param name="count">How many steps, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static long Net(Rng rng, long first, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long ups = 0, end = first + count;
        for (var word = first >> 6; word << 6 < end; word++)
        {
            var bits = rng.Bits((ulong)word);
            var start = word << 6;
            if (start < first) bits &= ulong.MaxValue << (int)(first - start);
            if (end - start < 64) bits &= ulong.MaxValue >> (int)(64 - (end - start));
            ups += BitOperations.PopCount(bits);
        }

        return (2 * ups) - count;
    }

    /// <summary>X after the first n steps.</summary>
    /// <param name="rng">The walk's stream.</param>
    /// <param name="steps">n, at least 0.</param>
    public double Position(Rng rng, long steps) => StepLength * Net(rng, 0, steps);
}
