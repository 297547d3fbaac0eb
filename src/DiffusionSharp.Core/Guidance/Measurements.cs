using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>What is shared by methods that compare an estimate with a measurement.</summary>
internal static class Measurements
{
    /// <summary>The measurement, if all its values are finite.</summary>
    public static Tensor Finite(Tensor observed) =>
        observed.IsFinite() ? observed : throw new ArgumentException("Measurement: y holds a value that is not finite.", nameof(observed));

    /// <summary>y − A d of each sample, [N, M].</summary>
    public static Tensor Residual(LinearOperator measurement, Tensor observed, Tensor d)
    {
        var predicted = measurement.Apply(d);
        if (observed.Shape.Rank != 2 || observed.Shape[1] != predicted.Shape[1] || (observed.Samples != 1 && observed.Samples != d.Samples))
            throw new ArgumentException(
                $"Measurement: y of shape [1, {predicted.Shape[1]}] or {predicted.Shape} was expected, {observed.Shape} was given.", nameof(observed));
        if (observed.Samples == d.Samples) return observed - predicted;
        return Tensor.Create(predicted.Shape, values =>
        {
            for (var k = 0; k < d.Samples; k++)
                for (var i = 0; i < predicted.Shape[1]; i++) values[(k * predicted.Shape[1]) + i] = observed.Values[i] - predicted.Sample(k)[i];
        });
    }
}
