using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>The values that pictures of a bit depth can have in [−1, 1]: 2ᵇ of them, evenly spaced, −1 and 1 the outermost.</summary>
/// <remarks>Ho et al. 2020, arXiv:2006.11239, section 3.3. Value i of 0 … 2ᵇ − 1 is 2 i/(2ᵇ − 1) − 1.</remarks>
public sealed class DataBins
{
    // Float32 pictures are a few 10⁻⁸ off their values.
    private const double Slack = 1e-3;

    /// <summary>Bins of a bit depth.</summary>
    /// <param name="bits">b, 1 to 16; 8 for files of pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bit depth is out of range.</exception>
    public DataBins(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 16);
        Bits = bits;
    }

    /// <summary>b, the bit depth.</summary>
    public int Bits { get; }

    /// <summary>2ᵇ, the number of values.</summary>
    public int Count => 1 << Bits;

    /// <summary>The distance of two neighbouring values, 2/(2ᵇ − 1).</summary>
    public double Spacing => 2.0 / (Count - 1);

    /// <summary>
    /// What turns the bits of a density of dequantised data (<see cref="Dequantise"/>) into bits of the data: b − 1 a dimension, because a bin is
    /// 2/2ᵇ wide on [−1, 1]. It is the 7 of 8-bit pictures; on [0, 1] it would be 8.
    /// </summary>
    public double DequantisedOffset => Bits - 1;

    /// <summary>Whether a value is one of them, to a thousandth of their distance.</summary>
    /// <param name="value">Any number; NaN is none.</param>
    public bool Holds(double value) => Place(value) is not null;

    /// <summary>The index of a value.</summary>
    /// <param name="value">One of the values, to a thousandth of their distance.</param>
    /// <exception cref="ArgumentException">The value is none of them.</exception>
    public int IndexOf(double value) => Place(value) ?? throw new ArgumentException(
        FormattableString.Invariant($"DataBins: {value} is none of the {Count} values of {Bits}-bit data in [-1, 1]; ")
        + "data that was resized or is no picture has no bins, measure it as continuous.",
        nameof(value));

    /// <summary>The value of an index.</summary>
    /// <param name="index">0 … 2ᵇ − 1.</param>
    public double ValueOf(int index) => (index * Spacing) - 1;

    /// <summary>Spreads every value uniformly over a bin of its own, 2(i + u)/2ᵇ − 1, u uniform in [0, 1): data that has a density.</summary>
    /// <param name="x0">Data on the bins, [N, …].</param>
    /// <param name="rng">Of u; sample k depends on the generator and on <paramref name="firstSample"/> + k alone.</param>
    /// <param name="firstSample">The index of the first sample.</param>
    /// <returns>In [−1, 1), in the shape of <paramref name="x0"/>.</returns>
    /// <exception cref="ArgumentException">A value is on no bin.</exception>
    /// <remarks>
    /// Uria et al. 2013, arXiv:1306.0186; Theis et al. 2016, arXiv:1511.01844, section 3.1: the mean log density of such data, less the offset,
    /// is at most the log-likelihood of the values. As in Song et al. 2021, arXiv:2011.13456, the 2ᵇ bins fill [−1, 1].
    /// </remarks>
    public Tensor Dequantise(Tensor x0, Rng rng, long firstSample = 0)
    {
        var size = x0.Samples == 0 ? 0 : x0.Shape.Count / x0.Samples;
        return Tensor.Create(x0.Shape, values =>
        {
            for (var k = 0; k < x0.Samples; k++)
            {
                var own = values.Slice(k * size, size);
                rng.Split(firstSample + k).FillUniform(own);
                for (var i = 0; i < size; i++) own[i] = (2 * (IndexOf(x0.Sample(k)[i]) + own[i]) / Count) - 1;
            }
        });
    }

    private int? Place(double value)
    {
        var position = (value + 1) / Spacing;
        var index = Math.Round(position);
        return index >= 0 && index < Count && Math.Abs(position - index) <= Slack ? (int)index : null;
    }
}
