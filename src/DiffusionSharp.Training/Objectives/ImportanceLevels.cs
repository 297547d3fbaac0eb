using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Objectives;

/// <summary>Importance sampling of noise levels: those with large losses are drawn more often and count less, so that the expected loss stays.</summary>
/// <remarks>
/// <code>
/// p_i ∝ √E[L_i²]      loss = Σ L_i/(B p_i),  i ~ p,  over B bins
/// </code>
/// Nichol and Dhariwal 2021, arXiv:2102.09672, section 3.3: E[L_i²] over the newest losses of each bin, all bins alike until each has all of
/// them. A bin is a trained level; of a continuous schedule, a hundredth of the time. A thousandth of the draws stays uniform, as in their published code,
/// so that no level is forgotten.
/// </remarks>
public sealed class ImportanceLevels : LevelSampler
{
    private const int ContinuousBins = 100;
    private const int MostBins = 1000;
    private const double UniformShare = 0.001;
    private readonly Schedule schedule;
    private readonly double[] probabilities;
    private readonly double[] upTo;

    /// <summary>Begins without history.</summary>
    /// <param name="schedule">The run's.</param>
    /// <param name="length">Losses remembered of each bin.</param>
    public ImportanceLevels(Schedule schedule, int length)
    {
        this.schedule = schedule;
        History = new LossHistory(schedule.TrainedLevels is int levels ? Math.Min(levels, MostBins) : ContinuousBins, length);
        probabilities = new double[History.Bins];
        upTo = new double[History.Bins];
        Refresh();
    }

    /// <summary>The losses that probabilities come from.</summary>
    public override LossHistory History { get; }

    /// <summary>The chance of each bin; they sum to 1.</summary>
    public ReadOnlySpan<double> Probabilities => probabilities;

    /// <summary>Computes the probabilities from the history: once before the draws of a step.</summary>
    public override void Refresh()
    {
        var bins = probabilities.Length;
        var total = 0.0;
        if (History.IsFull)
            for (var i = 0; i < bins; i++) total += probabilities[i] = History.RootMeanSquare(i);
        var sum = 0.0;
        for (var i = 0; i < bins; i++)
        {
            // Losses that are all 0 say nothing.
            probabilities[i] = total > 0 ? ((1 - UniformShare) * probabilities[i] / total) + (UniformShare / bins) : 1.0 / bins;
            upTo[i] = sum += probabilities[i];
        }
    }

    /// <inheritdoc/>
    public override DrawnLevel Draw(Rng stream)
    {
        var bins = probabilities.Length;
        var found = Array.BinarySearch(upTo, stream.Uniform(0) * upTo[^1]);
        var bin = Math.Min(found >= 0 ? found + 1 : ~found, bins - 1);
        return new DrawnLevel(schedule.Draw((bin + stream.Uniform(2)) / bins), 1 / (bins * probabilities[bin]), bin);
    }
}
