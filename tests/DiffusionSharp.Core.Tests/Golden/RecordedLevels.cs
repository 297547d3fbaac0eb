using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>A schedule by its σ/α, on which recorded levels stand exactly and others may stand between them.</summary>
/// <param name="noiseTime">The time of the most noise.</param>
/// <param name="level">α and σ at a time.</param>
/// <param name="timeOfRatio">The time of a σ/α.</param>
internal sealed class RecordedLevels(double noiseTime, Func<double, (double Alpha, double Sigma)> level, Func<double, double> timeOfRatio) : Schedule
{
    /// <summary>α² + σ² = 1 with σ/α for the time: the recorded tool's discrete schedules, whose state is x/α.</summary>
    public static RecordedLevels VariancePreserving { get; } = new(1e5, s => (1 / Math.Sqrt(1 + (s * s)), s / Math.Sqrt(1 + (s * s))), s => s);

    /// <summary>α = 1 with σ for the time.</summary>
    public static RecordedLevels Exploding { get; } = new(1e5, s => (1, s), s => s);

    /// <summary>α = 1 − σ with σ for the time.</summary>
    public static RecordedLevels Straight { get; } = new(1, s => (1 - s, s), s => s / (1 + s));

    public override double CleanTime => 0;

    public override double NoiseTime => noiseTime;

    public override double PriorSigma(double t) => throw new NotSupportedException("The start is given.");

    protected override NoiseLevel Level(double t)
    {
        var (alpha, sigma) = level(t);
        return new NoiseLevel(t, alpha, sigma);
    }

    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel at) => throw new NotSupportedException();

    protected override double TimeOf(double logSnr) => timeOfRatio(Math.Exp(-logSnr / 2));
}
