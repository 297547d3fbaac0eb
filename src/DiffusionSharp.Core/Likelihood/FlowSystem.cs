using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Likelihood;

/// <summary>The probability flow and its divergence as one system of equations, in coordinates that every schedule shares.</summary>
/// <remarks>
/// <code>
/// u = ln(σ/α)      y = x/α      dy/du = y − D(α y, u)      dI/du = div = d − α tr ∂D/∂x
/// </code>
/// A row of the state is y and then one I for each estimate of the trace.
/// </remarks>
internal sealed class FlowSystem
{
    private readonly Denoiser denoiser;
    private readonly Schedule schedule;
    private readonly Shape sample;
    private readonly Divergence divergence;
    private readonly Rng[] streams;
    private readonly double lowestLogSnr;

    // Random probes are drawn once; the unit vectors of an exact trace are many, and quickly made.
    private readonly Tensor[] probes = [];

    /// <summary>The system of a batch; each sample's probes come from its own stream.</summary>
    public FlowSystem(Denoiser denoiser, Schedule schedule, Shape sample, Divergence divergence, Rng[] streams)
    {
        (this.denoiser, this.schedule, this.sample, this.divergence, this.streams) = (denoiser, schedule, sample, divergence, streams);
        lowestLogSnr = schedule.LogSnr(schedule.NoiseTime);
        if (!divergence.IsExact) probes = [.. Enumerable.Range(0, divergence.Estimates).Select(i => Probe(i, sample.Prepend(streams.Length)))];
    }

    private int Dimension => sample.Count;

    private int Width => Dimension + divergence.Estimates;

    /// <summary>The level at a u; rounding does not carry it past the noisiest.</summary>
    public NoiseLevel LevelAt(double u) => schedule.AtLogSnr(Math.Max(-2 * u, lowestLogSnr));

    /// <summary>The state of samples at the start, all I = 0.</summary>
    public Tensor Start(Tensor y) => Tensor.Create([y.Samples, Width], values =>
    {
        for (var k = 0; k < y.Samples; k++) y.Sample(k).CopyTo(values[(k * Width)..]);
    });

    /// <summary>y of a state, in the shape of samples.</summary>
    public Tensor Position(Tensor state) => Tensor.Create(sample.Prepend(state.Samples), values =>
    {
        for (var k = 0; k < state.Samples; k++) state.Sample(k)[..Dimension].CopyTo(values[(k * Dimension)..]);
    });

    /// <summary>The slope, each sample at a level of its own.</summary>
    /// <param name="state">[N, d + estimates].</param>
    /// <param name="u">One a sample.</param>
    public Tensor Slope(Tensor state, ReadOnlySpan<double> u)
    {
        var levels = new NoiseLevel[u.Length];
        for (var k = 0; k < levels.Length; k++) levels[k] = LevelAt(u[k]);
        var x = Tensor.Create(sample.Prepend(levels.Length), values =>
        {
            for (var k = 0; k < levels.Length; k++)
                TensorPrimitives.Multiply(state.Sample(k)[..Dimension], levels[k].Alpha, values.Slice(k * Dimension, Dimension));
        });
        var slope = new double[levels.Length * Width];
        var d = denoiser.Denoise(x, levels);
        for (var k = 0; k < levels.Length; k++)
        {
            TensorPrimitives.Subtract(state.Sample(k)[..Dimension], d.Sample(k), slope.AsSpan(k * Width, Dimension));
            slope.AsSpan((k * Width) + Dimension, divergence.Estimates).Fill(Dimension);
        }

        for (var product = 0; product < divergence.Products(Dimension); product++)
        {
            var probe = probes.Length > 0 ? probes[product] : Probe(product, x.Shape);
            var pulled = denoiser.VectorJacobian(x, levels, probe);
            for (var k = 0; k < levels.Length; k++)
            {
                var trace = levels[k].Alpha * TensorPrimitives.Dot(pulled.Sample(k), probe.Sample(k));
                if (!divergence.IsExact) trace -= ExpectedShare(levels[k]) * (TensorPrimitives.SumOfSquares(probe.Sample(k)) - Dimension);
                slope[(k * Width) + Dimension + Math.Min(product, divergence.Estimates - 1)] -= trace;
            }
        }

        return new Tensor(state.Shape, slope);
    }

    // What α ∂D/∂x is of the identity for data of unit variance. So much of |u|², whose mean d is known, is taken out of uᵀ α ∂D/∂x u: the mean
    // stays, and most of the variance of Gaussian probes goes; Rademacher's |u|² is d anyway.
    private static double ExpectedShare(NoiseLevel level) => 1 / (1 + (level.Ratio * level.Ratio));

    private Tensor Probe(int product, Shape shape) => Tensor.Create(shape, values =>
    {
        for (var k = 0; k < streams.Length; k++) divergence.Fill(product, streams[k], values.Slice(k * Dimension, Dimension));
    });
}
