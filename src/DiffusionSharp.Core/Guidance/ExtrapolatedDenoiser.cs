using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>Two denoisers, and the estimate on the line through theirs: away from the reference, past the main one.</summary>
/// <remarks>
/// <code>
/// G = R + w (M − R)            D = (φ·std(M)/std(G) + 1 − φ) G
/// </code>
/// w = 1 is the main denoiser, w = 0 the reference, w &gt; 1 guides. Noise, score and velocity extrapolate alike, since all are affine in
/// the estimate with weights that the two share. Outside the interval the main denoiser is asked alone. A variance that the main denoiser
/// learned is handed on as it is: it is no estimate of the data, and nothing says how to extrapolate it.
/// </remarks>
public abstract class ExtrapolatedDenoiser : AdjustingDenoiser
{
    private readonly Denoiser reference;

    /// <summary>Joins two denoisers.</summary>
    /// <param name="main">M, the denoiser that is gone past.</param>
    /// <param name="reference">R, the denoiser that is gone away from.</param>
    /// <param name="weight">w ≥ 0.</param>
    /// <param name="rescale">φ in [0, 1].</param>
    /// <param name="interval">Where guidance acts.</param>
    /// <param name="what">The class, for messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    protected ExtrapolatedDenoiser(Denoiser main, Denoiser reference, double weight, double rescale, GuidanceInterval interval, string what)
        : base(main)
    {
        this.reference = reference;
        Weight = Guard.InRange(weight, 0, double.MaxValue, $"{what}: weight");
        Rescale = Guard.InRange(rescale, 0, 1, $"{what}: rescale");
        Interval = interval.Checked(what);
    }

    /// <summary>w; 1 is the main denoiser itself.</summary>
    public double Weight { get; }

    /// <summary>φ in [0, 1]: how far each estimate's standard deviation is brought back to the main denoiser's.</summary>
    public double Rescale { get; }

    /// <summary>Where guidance acts.</summary>
    public GuidanceInterval Interval { get; }

    /// <inheritdoc/>
    public sealed override bool HasGradient => Inner.HasGradient && reference.HasGradient;

    /// <inheritdoc/>
    /// <remarks>The same guidance of both denoisers, each without its constraints.</remarks>
    public sealed override Denoiser Unconstrained
    {
        get
        {
            var (main, other) = (Inner.Unconstrained, reference.Unconstrained);
            return ReferenceEquals(main, Inner) && ReferenceEquals(other, reference) ? this : Between(main, other);
        }
    }

    /// <summary>The same guidance between two other denoisers.</summary>
    /// <param name="main">M, the estimate that is guided.</param>
    /// <param name="reference">R, what guidance goes away from.</param>
    protected abstract Denoiser Between(Denoiser main, Denoiser reference);

    /// <inheritdoc/>
    protected sealed override Denoiser Around(Denoiser inner) => Between(inner, reference);

    /// <inheritdoc/>
    protected sealed override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        if (!Acts(levels)) return Inner.VectorJacobian(x, levels, cotangent);
        var inside = Inside(levels);
        Tensor? m = null, r = null;
        if (Rescale != 0) (m, r) = (Inner.Denoise(x, levels), reference.Denoise(x, levels));
        double[] ofMain = new double[x.Shape.Count], ofReference = new double[x.Shape.Count];
        var size = ofMain.Length / x.Samples;
        for (var k = 0; k < x.Samples; k++)
        {
            var into = ofMain.AsSpan(k * size, size);
            cotangent.Sample(k).CopyTo(into);
            if (!inside[k]) continue;

            // First the cotangent of G, in place, with the direct share of M beside it; then G's shares of M and R.
            var direct = new double[size];
            if (m is not null && r is not null) RescaleBack(m.Sample(k), r.Sample(k), into, direct);
            for (var i = 0; i < size; i++)
            {
                ofReference[(k * size) + i] = (1 - Weight) * into[i];
                into[i] = (Weight * into[i]) + direct[i];
            }
        }

        return Inner.VectorJacobian(x, levels, new Tensor(x.Shape, ofMain)) + reference.VectorJacobian(x, levels, new Tensor(x.Shape, ofReference));
    }

    /// <inheritdoc/>
    protected sealed override Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (!Acts(levels)) return data;
        var r = reference.Denoise(x, levels);
        var inside = Inside(levels);
        return Tensor.Create(x.Shape, values =>
        {
            var size = x.Samples == 0 ? 0 : values.Length / x.Samples;
            for (var k = 0; k < x.Samples; k++)
            {
                var d = values.Slice(k * size, size);
                Extrapolate(data.Sample(k), r.Sample(k), inside[k], d);
                if (!inside[k] || Rescale == 0) continue;
                var (_, spread) = Moments(d);
                var (_, target) = Moments(data.Sample(k));
                var factor = spread == 0 ? 1 : (Rescale * target / spread) + 1 - Rescale;
                for (var i = 0; i < size; i++) d[i] *= factor;
            }
        });
    }

    private static (double Mean, double Spread) Moments(ReadOnlySpan<double> values)
    {
        double mean = 0, square = 0;
        foreach (var v in values) mean += v / values.Length;
        foreach (var v in values) square += (v - mean) * (v - mean) / values.Length;
        return (mean, Math.Sqrt(square));
    }

    // With k = φ s_M/s_G + 1 − φ and u the cotangent of k·G:
    // u_G = k u − φ (u·G) s_M/s_G² ∂s_G, u_M = φ (u·G)/s_G ∂s_M, ∂s = (v − mean)/(n s).
    private void RescaleBack(ReadOnlySpan<double> m, ReadOnlySpan<double> r, Span<double> u, Span<double> direct)
    {
        var g = new double[m.Length];
        Extrapolate(m, r, true, g);
        var (meanG, spreadG) = Moments(g);
        var (meanM, spreadM) = Moments(m);
        if (spreadG == 0 || spreadM == 0) return;
        var along = 0.0;
        for (var i = 0; i < g.Length; i++) along += u[i] * g[i];
        var factor = (Rescale * spreadM / spreadG) + 1 - Rescale;
        for (var i = 0; i < g.Length; i++)
        {
            direct[i] = Rescale * along / spreadG * (m[i] - meanM) / (g.Length * spreadM);
            u[i] = (factor * u[i]) - (Rescale * along * spreadM / (spreadG * spreadG) * (g[i] - meanG) / (g.Length * spreadG));
        }
    }

    private void Extrapolate(ReadOnlySpan<double> m, ReadOnlySpan<double> r, bool inside, Span<double> into)
    {
        for (var i = 0; i < into.Length; i++) into[i] = inside ? r[i] + (Weight * (m[i] - r[i])) : m[i];
    }

    private bool Acts(ReadOnlySpan<NoiseLevel> levels) => Weight != 1 && Inside(levels).Contains(true);

    private bool[] Inside(ReadOnlySpan<NoiseLevel> levels)
    {
        var inside = new bool[levels.Length];
        for (var k = 0; k < inside.Length; k++) inside[k] = Interval.Contains(levels[k]);
        return inside;
    }
}
