using DiffusionSharp.Schedules;

namespace DiffusionSharp.Guidance;

/// <summary>The noise levels at which guidance acts: σ/α above <paramref name="Low"/> and at most <paramref name="High"/>.</summary>
/// <param name="Low">The level, as σ/α, below which guidance has nothing left to decide; 0 leaves it on to the end.</param>
/// <param name="High">The level above which it only costs variety; +∞ leaves it on from the start.</param>
/// <remarks>Kynkäänniemi et al. 2024, arXiv:2404.07724, equation 5.</remarks>
public readonly record struct GuidanceInterval(double Low, double High)
{
    /// <summary>All levels.</summary>
    public static GuidanceInterval Everywhere { get; } = new(0, double.PositiveInfinity);

    /// <summary>Whether guidance acts at a level; pure noise (α = 0) belongs to an open end.</summary>
    /// <param name="level">Time, α and σ of the samples.</param>
    public bool Contains(NoiseLevel level) => level.Ratio > Low && level.Ratio <= High;

    /// <summary>The interval, if it is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is negative or NaN, or they are in the wrong order.</exception>
    internal GuidanceInterval Checked(string what)
    {
        Guard.InRange(Low, 0, double.MaxValue, $"{what}: the interval's low end, in σ/α,", nameof(Low));
        Guard.InRange(High, Low, double.PositiveInfinity, $"{what}: the interval's high end, in σ/α,", nameof(High));
        return this;
    }
}
