using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>Log densities of samples by the probability flow, each with its standard error.</summary>
/// <param name="LogDensity">ln p of each sample, [N]; nats: the mean over its probes.</param>
/// <param name="ProbeErrors">The standard error of each over its probes, [N]; 0 where the divergence is exact, NaN where one probe cannot tell.</param>
/// <param name="Latent">Where each sample ends at the noisiest level, [N, …].</param>
/// <param name="Evaluations">How often the slope was asked for: each time one call of the denoiser and all products of the divergence.</param>
public sealed record FlowLikelihoodEstimate(Tensor LogDensity, Tensor ProbeErrors, Tensor Latent, int Evaluations)
{
    /// <summary>The mean of −ln p; its error is that over samples and holds that of the probes.</summary>
    public Measurement MeanNats => Measurement.OfMean(LogDensity.Values).Scaled(-1);

    /// <summary>The part of the mean's error that more probes would remove: √Σ e²/N.</summary>
    public double MeanProbeError => Math.Sqrt((ProbeErrors * ProbeErrors).Mean() / ProbeErrors.Samples);

    /// <summary>The mean of −ln p in bits per dimension.</summary>
    /// <param name="offset">Bits a value to add: <see cref="DataBins.DequantisedOffset"/> for dequantised data, else 0.</param>
    public Measurement MeanBitsPerDimension(double offset = 0) => BitsPerDimension.Of(MeanNats, Latent.Shape.Tail().Count, offset);

    /// <summary>Joins estimates on different samples.</summary>
    /// <param name="parts">At least one, of samples of one shape.</param>
    /// <exception cref="ArgumentException">There is none, or samples differ in shape.</exception>
    public static FlowLikelihoodEstimate Concatenate(params IReadOnlyList<FlowLikelihoodEstimate> parts) => new(
        Tensor.Concatenate([.. parts.Select(p => p.LogDensity)]),
        Tensor.Concatenate([.. parts.Select(p => p.ProbeErrors)]),
        Tensor.Concatenate([.. parts.Select(p => p.Latent)]),
        parts.Sum(p => p.Evaluations));
}
