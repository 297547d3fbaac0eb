using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Langevin;

/// <summary>How many levels of noise a score network is trained on, how large, and how far a Langevin step goes: the formulas of NCSNv2.</summary>
/// <remarks>Song and Ermon 2020, arXiv:2006.09011, sections 3 and 4.</remarks>
public static class NcsnDesign
{
    /// <summary>The share of a level's samples that technique 2 puts where the next noisier level has its own.</summary>
    public const double Overlap = 0.5;

    // Where there is no ratio to tell it by.
    private const double PublishedStepSize = 0.062;

    // Half of what holds nearly all of a normal law: the three-sigma rule of technique 2.
    private const double Deviations = 3;

    /// <summary>Technique 1: σ_max is the largest Euclidean distance between two data.</summary>
    /// <param name="data">
    /// [N, …] of at least 2 samples. All pairs are looked at, N²/2 of them: of a large set take a few thousand, whose largest distance is a
    /// little smaller.
    /// </param>
    /// <param name="parallelism">Threads; null for the caller's alone.</param>
    /// <exception cref="ArgumentException">There are fewer than 2 samples, or all are the same.</exception>
    /// <remarks>At that σ a Langevin chain passes from any datum to any other with a probability that does not vanish (proposition 1).</remarks>
    public static double LargestDistance(Tensor data, Parallelism? parallelism = null)
    {
        var farthest = new double[data.Samples];
        if (parallelism is null) for (var k = 1; k < farthest.Length; k++) Look(k);
        else parallelism.For(farthest.Length, Look);
        var distance = farthest.Length < 2 ? 0 : farthest.Max();
        if (distance > 0 && double.IsFinite(distance)) return distance;
        var found = FormattableString.Invariant($"the largest distance of {data.Shape} is {distance}");
        throw new ArgumentException($"NcsnDesign.LargestDistance: at least two finite samples that differ were expected, {found}.", nameof(data));

        void Look(int k)
        {
            var x = data.Sample(k);
            for (var j = 0; j < k; j++) farthest[k] = Math.Max(farthest[k], TensorPrimitives.Distance(x, data.Sample(j)));
        }
    }

    /// <summary>The share of a level's samples that fall where the next noisier level, γ times as noisy, has nearly all of its own.</summary>
    /// <param name="dimension">D, numbers in a sample.</param>
    /// <param name="ratio">γ, at least 1.</param>
    /// <remarks>
    /// <code>
    /// |x − x₀| ~ N(√D σ, σ²/2) nearly, for large D       P = Φ(√(2D)(γ − 1) + 3γ) − Φ(√(2D)(γ − 1) − 3γ)
    /// </code>
    /// Proposition 2 and equation 4.
    /// </remarks>
    public static double OverlapOf(int dimension, double ratio)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (!(ratio >= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ratio), ratio, "NcsnDesign.OverlapOf: a ratio of at least 1 is expected, of a level to the next less noisy.");
        }

        double shift = Math.Sqrt(2.0 * dimension) * (ratio - 1), half = Deviations * ratio;
        return Math.Exp(NormalLaw.LogInterval(shift - half, shift + half));
    }

    /// <summary>Technique 2: the ratio γ of neighbouring levels at which <see cref="OverlapOf"/> has a value.</summary>
    /// <param name="dimension">D, numbers in a sample: at least 5. In fewer dimensions the radii of all levels overlap, whatever their ratio.</param>
    /// <param name="overlap">In (0, 0.99); 0.5 is the paper's. Its published level counts (232, 500, 788, 1086, 2311) have 0.567.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static double Ratio(int dimension, double overlap = Overlap)
    {
        if (!(overlap > 0 && overlap < 0.99))
            throw new ArgumentOutOfRangeException(nameof(overlap), overlap, "NcsnDesign.Ratio: an overlap between 0 and 0.99 is expected.");
        if (dimension < 5)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dimension),
                dimension,
                "NcsnDesign.Ratio: below 5 dimensions levels overlap whatever their ratio, and technique 2 has no answer; say how many levels there are.");
        }

        double low = 1, high = 2;
        while (OverlapOf(dimension, high) > overlap) high *= 2;
        for (var i = 0; i < 200 && low < high; i++)
        {
            var middle = (low + high) / 2;
            if (middle == low || middle == high) break;
            if (OverlapOf(dimension, middle) > overlap) low = middle;
            else high = middle;
        }

        return high;
    }

    /// <summary>The number of levels from σ_max to σ_min whose neighbours are at most γ apart.</summary>
    /// <param name="sigmaMin">Least noise, above 0.</param>
    /// <param name="sigmaMax">Most noise, above the least.</param>
    /// <param name="ratio">γ above 1, as of <see cref="Ratio"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static int Levels(double sigmaMin, double sigmaMax, double ratio)
    {
        Guard.Above(sigmaMin, 0, "NcsnDesign.Levels: sigmaMin");
        Guard.Above(sigmaMax, sigmaMin, "NcsnDesign.Levels: sigmaMax");
        Guard.Above(ratio, 1, "NcsnDesign.Levels: the ratio");

        // A hair below a whole number of ratios is rounding.
        return 1 + (int)Math.Ceiling((Math.Log(sigmaMax / sigmaMin) / Math.Log(ratio)) - 1e-9);
    }

    /// <summary>T, how many Langevin steps a level gets: about a thousand over all levels, at least 5.</summary>
    /// <param name="levels">L, at least 1.</param>
    /// <remarks>The papers' budgets: 100 at each of 10 levels (2019), 5 at each of 232 (2020).</remarks>
    public static int LangevinSteps(int levels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levels);
        return Math.Max(5, 1000 / levels);
    }

    /// <summary>The variance after T Langevin steps at a level in units of σ², for data of a single point and a start from the level before.</summary>
    /// <param name="stepSize">κ in (0, 1]: a step is κσ².</param>
    /// <param name="ratio">γ, at least 1: the start has the variance γ²σ².</param>
    /// <param name="langevinSteps">T, at least 1.</param>
    /// <remarks>
    /// <code>
    /// v ← (1 − κ)² v + 2κ   has the fixed point v* = 2/(2 − κ), so   v_T = (1 − κ)^(2T) (γ² − v*) + v*
    /// </code>
    /// Equation 5, where κ is ε/σ_L².
    /// </remarks>
    public static double Variance(double stepSize, double ratio, int langevinSteps)
    {
        var settled = 2 / (2 - stepSize);
        return (Math.Pow(1 - stepSize, 2.0 * langevinSteps) * ((ratio * ratio) - settled)) + settled;
    }

    /// <summary>Technique 4: the step κ after which the variance at a level is nearest to what it should be.</summary>
    /// <param name="ratio">γ, above 1: the ratio of the level before to this one.</param>
    /// <param name="langevinSteps">T, at least 1; as many as can be afforded.</param>
    /// <returns>κ in (0, 1); ε of the paper is κσ_L².</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>
    /// <see cref="Variance"/> should be 1 and never is: for any κ in (0, 1] it lies above, since v* &gt; 1. κ is where it is least. Small steps
    /// leave the noise of the level before, large ones add their own. T = 1 gives κ = 1 − 1/γ².
    /// </remarks>
    public static double StepSize(double ratio, int langevinSteps)
    {
        Guard.Above(ratio, 1, "NcsnDesign.StepSize: the ratio");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(langevinSteps);

        // The slope of the variance by κ, over 2: below 0 up to the least variance, above it after.
        double low = 0, high = 1;
        for (var i = 0; i < 200; i++)
        {
            var kappa = (low + high) / 2;
            if (kappa == low || kappa == high) break;
            if (Slope(kappa) < 0) low = kappa;
            else high = kappa;
        }

        return low > 0 ? low : double.Epsilon;

        double Slope(double kappa)
        {
            double settled = 2 / (2 - kappa), decay = Math.Pow(1 - kappa, (2.0 * langevinSteps) - 1);
            var ofSettled = 1 / ((2 - kappa) * (2 - kappa));
            return (ofSettled * (1 - (decay * (1 - kappa)))) - (langevinSteps * decay * ((ratio * ratio) - settled));
        }
    }

    /// <summary>Technique 4 on a grid: the step κ for the largest ratio of two neighbouring levels.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">Its times are the levels; geometric levels all have one ratio.</param>
    /// <param name="langevinSteps">T, at least 1.</param>
    /// <returns>κ in (0, 1); 0.062, the second paper's for 32×32 pictures, where the grid has no two levels with data in them.</returns>
    /// <remarks>
    /// The largest and not each level's own: the technique's data is a single point, and between the modes of any wider data longer steps
    /// mix faster.
    /// </remarks>
    public static double StepSize(Schedule schedule, TimeGrid grid, int langevinSteps)
    {
        var largest = 1.0;
        for (var i = 1; i < grid.Count; i++)
        {
            var ratio = schedule.At(grid.Times[i - 1]).Ratio / schedule.At(grid.Times[i]).Ratio;
            if (double.IsFinite(ratio)) largest = Math.Max(largest, ratio);
        }

        return largest > 1 ? StepSize(largest, langevinSteps) : PublishedStepSize;
    }
}
