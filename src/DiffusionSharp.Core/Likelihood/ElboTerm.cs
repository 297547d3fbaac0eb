using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>Which part of the bound a term is.</summary>
public enum ElboTermKind
{
    /// <summary>L_T: what the noisiest level still tells of the data.</summary>
    Prior,

    /// <summary>L_(t−1): a reverse step against the posterior.</summary>
    Transition,

    /// <summary>L_0: the data given the cleanest level.</summary>
    Reconstruction,
}

/// <summary>One term of the bound, for every sample.</summary>
/// <param name="Kind">Which part it is.</param>
/// <param name="Time">The level that the step starts from; for the prior, the noisiest.</param>
/// <param name="TimeNext">Where the step ends; for the prior, the same as <paramref name="Time"/>.</param>
/// <param name="Nats">The term of each sample, mean over its draws of noise, [N].</param>
/// <param name="NoiseVariances">The squared standard error of each mean over its draws, [N]; 0 where nothing is drawn, NaN where one draw cannot tell.</param>
public sealed record ElboTerm(ElboTermKind Kind, double Time, double TimeNext, Tensor Nats, Tensor NoiseVariances)
{
    /// <summary>The mean over samples; its error holds that of the noise.</summary>
    public Measurement Mean => Measurement.OfMean(Nats.Values);
}
