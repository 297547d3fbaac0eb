using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>Clips each sample's estimate at a quantile of its own absolute values, then scales it back to [−1, 1].</summary>
/// <remarks>
/// <code>
/// s = min(max(1, quantile(|D|, ratio)), maximum)       D′ = clamp(D, −s, s)/s
/// </code>
/// Saharia et al. 2022, arXiv:2205.11487, section 2.3. With the maximum at 1 this is clipping to [−1, 1]. The quantile interpolates
/// linearly between order statistics.
/// </remarks>
public sealed class DynamicThresholdingDenoiser : ConstrainedDenoiser
{
    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">Whose estimates are thresholded.</param>
    /// <param name="ratio">Which quantile of the absolute values, in [0, 1]; 0.995 is the paper's.</param>
    /// <param name="maximum">The largest threshold, at least 1; infinite leaves it open.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public DynamicThresholdingDenoiser(Denoiser inner, double ratio = 0.995, double maximum = double.PositiveInfinity)
        : base(inner)
    {
        Ratio = Guard.InRange(ratio, 0, 1, "DynamicThresholdingDenoiser: ratio");
        Maximum = Guard.InRange(maximum, 1, double.PositiveInfinity, "DynamicThresholdingDenoiser: maximum");
    }

    /// <summary>Which quantile of the absolute values is the threshold.</summary>
    public double Ratio { get; }

    /// <summary>The largest threshold.</summary>
    public double Maximum { get; }

    /// <inheritdoc/>
    public override Tensor Constrain(Tensor data) => Tensor.Create(data.Shape, values =>
    {
        for (var k = 0; k < data.Samples; k++)
        {
            var sample = data.Sample(k);
            if (sample.IsEmpty) continue;
            var s = Math.Clamp(Quantile(sample), 1, Maximum);
            var into = values.Slice(k * sample.Length, sample.Length);
            for (var i = 0; i < sample.Length; i++) into[i] = Math.Clamp(sample[i], -s, s) / s;
        }
    });

    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new DynamicThresholdingDenoiser(inner, Ratio, Maximum);

    /// <inheritdoc/>
    /// <remarks>Values beyond ±s give ±1 and pass nothing on; the threshold itself passes on to the order statistics that make it.</remarks>
    protected override Tensor ConstrainBack(Tensor data, Tensor cotangent) => Tensor.Create(data.Shape, values =>
    {
        for (var k = 0; k < data.Samples; k++)
        {
            var sample = data.Sample(k);
            if (sample.IsEmpty) continue;
            var quantile = Quantile(sample);
            var s = Math.Clamp(quantile, 1, Maximum);
            var into = values.Slice(k * sample.Length, sample.Length);
            var ofThreshold = 0.0;
            for (var i = 0; i < sample.Length; i++)
            {
                if (Math.Abs(sample[i]) > s) continue;
                into[i] = cotangent.Sample(k)[i] / s;
                ofThreshold -= cotangent.Sample(k)[i] * sample[i] / (s * s);
            }

            if (quantile > 1 && quantile < Maximum) SpreadBack(sample, ofThreshold, into);
        }
    });

    // The derivative of the quantile: shares of the two order statistics between which it lies.
    private void SpreadBack(ReadOnlySpan<double> sample, double cotangent, Span<double> into)
    {
        var (sorted, order) = (new double[sample.Length], new int[sample.Length]);
        for (var i = 0; i < sorted.Length; i++) (sorted[i], order[i]) = (Math.Abs(sample[i]), i);
        Array.Sort(sorted, order);
        var (below, above, share) = Place(sample.Length);
        into[order[below]] += (1 - share) * cotangent * Math.Sign(sample[order[below]]);
        into[order[above]] += share * cotangent * Math.Sign(sample[order[above]]);
    }

    private double Quantile(ReadOnlySpan<double> sample)
    {
        var sorted = new double[sample.Length];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = Math.Abs(sample[i]);
        Array.Sort(sorted);
        var (below, above, share) = Place(sorted.Length);
        return sorted[below] + (share * (sorted[above] - sorted[below]));
    }

    // Between which order statistics of n the quantile lies, and how far.
    private (int Below, int Above, double Share) Place(int n)
    {
        var position = Ratio * (n - 1);
        var below = (int)position;
        return (below, Math.Min(below + 1, n - 1), position - below);
    }
}
