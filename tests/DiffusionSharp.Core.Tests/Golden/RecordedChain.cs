using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The recorded levels of one case as a schedule of their own: time counts the steps that are left.</summary>
/// <param name="levels">α and σ at every recorded level, most noise first.</param>
internal sealed class RecordedChain((double Alpha, double Sigma)[] levels) : Schedule
{
    public override double CleanTime => 0;

    public override double NoiseTime => levels.Length - 1;

    public TimeGrid Whole => TimeGrid.Uniform(this, levels.Length - 1);

    /// <summary>α² + σ² = 1 from recorded σ/α.</summary>
    public static RecordedChain VariancePreserving(ReadOnlySpan<double> ratios) =>
        new([.. ratios.ToArray().Select(s => (1 / Math.Sqrt(1 + (s * s)), s / Math.Sqrt(1 + (s * s))))]);

    public int Index(NoiseLevel level) => levels.Length - 1 - (int)level.Time;

    public override double PriorSigma(double t) => 1;

    protected override NoiseLevel Level(double t)
    {
        var (alpha, sigma) = levels[levels.Length - 1 - (int)t];
        return t == Math.Floor(t) ? new NoiseLevel(t, alpha, sigma) : throw new NotSupportedException("Only recorded levels.");
    }

    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) => throw new NotSupportedException("Only recorded levels.");

    protected override double TimeOf(double logSnr) => throw new NotSupportedException("Only recorded levels.");
}
