using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>The law of the random vectors of <see cref="HutchinsonDivergence"/>: mean 0, covariance I.</summary>
public enum ProbeKind
{
    /// <summary>−1 or 1 with equal probability: the least variance among independent values, none from the diagonal.</summary>
    Rademacher,

    /// <summary>Standard normal.</summary>
    Gaussian,
}

/// <summary>The trace by random vectors: E[uᵀ J u] = tr J for any u of mean 0 and covariance I.</summary>
/// <remarks>
/// Hutchinson 1990; on the probability flow Grathwohl et al. 2019, arXiv:1810.01367, eq. 8: one u for a whole trajectory, so that what is
/// integrated stays smooth and its integral is unbiased. Several probes are several independent estimates, whose spread is their standard
/// error.
/// </remarks>
public sealed class HutchinsonDivergence : Divergence
{
    /// <summary>Chooses the probes.</summary>
    /// <param name="probes">Vectors for each sample, at least 1; a standard error needs 2.</param>
    /// <param name="kind">Their law.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public HutchinsonDivergence(int probes = 4, ProbeKind kind = ProbeKind.Rademacher)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(probes, 1);
        Guard.Known(kind, "HutchinsonDivergence: unknown law of probes");
        (Estimates, Kind) = (probes, kind);
    }

    /// <summary>The law of the probes.</summary>
    public ProbeKind Kind { get; }

    /// <inheritdoc/>
    public override bool IsExact => false;

    /// <inheritdoc/>
    public override int Estimates { get; }

    /// <inheritdoc/>
    public override int Products(int dimension) => Estimates;

    /// <inheritdoc/>
    internal override void Fill(int product, Rng rng, Span<double> u)
    {
        var stream = rng.Split(product);
        if (Kind == ProbeKind.Gaussian)
        {
            stream.FillNormal(u);
            return;
        }

        for (var i = 0; i < u.Length; i++) u[i] = stream.Uniform((ulong)i) < 0.5 ? -1 : 1;
    }
}
