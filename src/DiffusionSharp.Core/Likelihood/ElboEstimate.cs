using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>The evidence lower bound of samples, as the upper bound of −ln p that it is.</summary>
public sealed class ElboEstimate
{
    /// <summary>Collects terms.</summary>
    /// <param name="terms">All terms, L_T first and L_0 last.</param>
    /// <param name="dimension">Values of a sample.</param>
    public ElboEstimate(IReadOnlyList<ElboTerm> terms, int dimension)
    {
        (Terms, Dimension) = (terms, dimension);
        Nats = terms.Select(t => t.Nats).Aggregate((a, b) => a + b);

        // Given a sample the terms' noises are independent.
        NoiseErrors = terms.Select(t => t.NoiseVariances).Aggregate((a, b) => a + b).Map(Math.Sqrt);
    }

    /// <summary>The terms, L_T first and L_0 last.</summary>
    public IReadOnlyList<ElboTerm> Terms { get; }

    /// <summary>Values of a sample.</summary>
    public int Dimension { get; }

    /// <summary>The bound of −ln p of each sample, [N]; nats.</summary>
    public Tensor Nats { get; }

    /// <summary>The standard error of each sample's bound over the draws of noise, [N]; NaN where one draw cannot tell.</summary>
    public Tensor NoiseErrors { get; }

    /// <summary>The mean bound; its error is that over samples and holds that of the noise.</summary>
    public Measurement MeanNats => Measurement.OfMean(Nats.Values);

    /// <summary>The mean bound in bits per dimension: of the bins where there are, else of the density.</summary>
    public Measurement MeanBitsPerDimension => BitsPerDimension.Of(MeanNats, Dimension);

    /// <summary>Joins estimates of the same terms on different samples.</summary>
    /// <param name="parts">At least one, of the same terms.</param>
    /// <exception cref="ArgumentException">There is none, or the terms differ.</exception>
    public static ElboEstimate Concatenate(params IReadOnlyList<ElboEstimate> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("ElboEstimate: at least one part is needed.", nameof(parts));
        var first = parts[0];
        if (parts.Any(p => p.Dimension != first.Dimension || !p.Terms.Select(t => t.Time).SequenceEqual(first.Terms.Select(t => t.Time))))
            throw new ArgumentException("ElboEstimate: parts of one grid and of samples of one size were expected.", nameof(parts));
        return new ElboEstimate(
            [.. first.Terms.Select((term, i) => term with
            {
                Nats = Tensor.Concatenate([.. parts.Select(p => p.Terms[i].Nats)]),
                NoiseVariances = Tensor.Concatenate([.. parts.Select(p => p.Terms[i].NoiseVariances)]),
            })],
            first.Dimension);
    }
}
