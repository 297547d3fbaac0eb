using DiffusionSharp.Statistics;

namespace DiffusionSharp.Likelihood;

/// <summary>Negative log-likelihoods in the unit in which pictures are compared.</summary>
public static class BitsPerDimension
{
    /// <summary>Nats of a sample as bits per value.</summary>
    /// <param name="nats">−ln p of a sample, or a bound of it.</param>
    /// <param name="dimension">Values of a sample, at least 1.</param>
    /// <param name="offset">Bits a value to add: <see cref="DataBins.DequantisedOffset"/> for the density of dequantised data, else 0.</param>
    public static Measurement Of(Measurement nats, int dimension, double offset = 0) => nats.Scaled(1 / (dimension * Math.Log(2)), offset);
}
