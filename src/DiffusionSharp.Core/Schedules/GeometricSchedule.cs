using System.Globalization;

namespace DiffusionSharp.Schedules;

/// <summary>L trained levels of noise with α = 1: the schedule of NCSN (SMLD).</summary>
/// <remarks>
/// <code>
/// σ(i) = σ_min (σ_max/σ_min)^(i/(L − 1)),  i = 0 … L − 1       ln σ linear between levels       σ(t) = σ(0) (1 + t),  −1 ≤ t ≤ 0
/// </code>
/// Song and Ermon 2019, arXiv:1907.05600, section 3.1. Time i is a trained level, counted from the least noise as DDPM's timesteps are; the
/// papers count from the most. Below level 0, where no network was trained, σ falls linearly to clean data at −1, as in
/// <see cref="VeGeometricSchedule"/>, of which this is the discrete form. Levels may also be given one by one.
/// </remarks>
public sealed class GeometricSchedule : Schedule
{
    private readonly double[] sigmas;

    /// <summary>Makes geometric levels.</summary>
    /// <param name="sigmaMin">σ of level 0, above 0, in data units; 0.01 in the papers, for pictures in [0, 1].</param>
    /// <param name="sigmaMax">σ of level L − 1, above σ_min; the largest distance between data (Song and Ermon 2020, arXiv:2006.09011, technique 1).</param>
    /// <param name="levels">L, at least 2; <see cref="Langevin.NcsnDesign.Levels"/> gives the count of technique 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public GeometricSchedule(double sigmaMin, double sigmaMax, int levels)
        : this(Spaced(sigmaMin, sigmaMax, levels))
    {
    }

    private GeometricSchedule(double[] rising)
        : base(0, rising.Length, isVarianceExploding: true) => sigmas = rising;

    /// <summary>L, the number of trained levels.</summary>
    public int Levels => sigmas.Length;

    /// <summary>σ of each level, from the least noise to the most.</summary>
    public ReadOnlySpan<double> Sigmas => sigmas;

    /// <inheritdoc/>
    public override double CleanTime => -1;

    /// <inheritdoc/>
    public override double NoiseTime => Levels - 1;

    /// <summary>A schedule from its σ, as the papers list them.</summary>
    /// <param name="sigmas">From the most noise to the least: finite, above 0, strictly falling; at least one.</param>
    /// <exception cref="ArgumentException">There is none, one is not finite and above 0, or they do not fall.</exception>
    public static GeometricSchedule FromSigmas(ReadOnlySpan<double> sigmas)
    {
        if (sigmas.IsEmpty) throw new ArgumentException("GeometricSchedule: at least one σ is needed.");
        for (var i = 0; i < sigmas.Length; i++)
        {
            if (!(sigmas[i] > 0 && double.IsFinite(sigmas[i])))
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"GeometricSchedule: finite σ above 0 are expected; number {i + 1} of {sigmas.Length} is {sigmas[i]}."));
            if (i > 0 && !(sigmas[i] < sigmas[i - 1]))
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"GeometricSchedule: σ fall from the most noise to the least, and number {i + 1} of {sigmas.Length}, {sigmas[i]}, "
                        + $"does not lie below {sigmas[i - 1]} before it; list them in falling order, each once."));
        }

        var rising = sigmas.ToArray();
        Array.Reverse(rising);
        return new GeometricSchedule(rising);
    }

    /// <inheritdoc/>
    public override double PriorSigma(double t) => Sigma(t);

    /// <inheritdoc/>
    /// <remarks>
    /// From the most noise to the least, both visited: what the last level leaves over is the final denoising's, and from a noisier one it would be a
    /// blur.
    /// </remarks>
    protected override TimeGrid UsualGrid(int steps) => Timesteps.Linspace(Levels, steps);

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t)
    {
        if (t < 0) return new NoiseLevel(t, 1, sigmas[0] * (1 + t));
        var below = (int)t;
        return new NoiseLevel(t, 1, t == below ? sigmas[below] : sigmas[below] * Math.Exp(Growth(below) * (t - below)));
    }

    /// <inheritdoc/>
    /// <remarks>One-sided at the levels, where σ has a corner: towards more noise, at the last level from below.</remarks>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level)
    {
        var below = Math.Min((int)Math.Floor(level.Time), Levels - 2);
        return (0, 2 * level.Sigma * (below < 0 ? sigmas[0] : level.Sigma * Growth(below)));
    }

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr)
    {
        var sigma = Math.Exp(-logSnr / 2);
        if (sigma < sigmas[0]) return (sigma / sigmas[0]) - 1;
        var found = Array.BinarySearch(sigmas, sigma);
        if (found >= 0) return found;

        // The last level comes back through a logarithm and may be passed by a rounding.
        var above = ~found;
        return above == Levels ? Levels - 1 : Math.Min(above - 1 + (Math.Log(sigma / sigmas[above - 1]) / Growth(above - 1)), above);
    }

    // d ln σ/dt between a level and the next.
    private double Growth(int below) => Math.Log(sigmas[below + 1] / sigmas[below]);

    private static double[] Spaced(double sigmaMin, double sigmaMax, int levels)
    {
        Guard.Above(sigmaMin, 0, "GeometricSchedule: sigmaMin");
        Guard.Above(sigmaMax, sigmaMin, "GeometricSchedule: sigmaMax");
        if (levels < 2)
            throw new ArgumentOutOfRangeException(nameof(levels), levels, "GeometricSchedule: at least 2 levels are expected, from sigmaMax to sigmaMin.");
        var growth = Math.Log(sigmaMax / sigmaMin);
        var rising = new double[levels];
        for (var i = 0; i < levels; i++) rising[i] = i == levels - 1 ? sigmaMax : sigmaMin * Math.Exp(growth * i / (levels - 1));
        for (var i = 1; i < levels; i++)
            if (!(rising[i] > rising[i - 1]))
                throw new ArgumentOutOfRangeException(nameof(levels), levels, "GeometricSchedule: the levels are too many to differ; fewer are expected.");
        return rising;
    }
}
