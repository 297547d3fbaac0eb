using DiffusionSharp.Likelihood;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>The divergence that figures are measured by: exact where that is cheap, by random probes beyond.</summary>
public static class UsualDivergence
{
    /// <summary>Values of a sample up to which the exact divergence is taken, one backward pass for each.</summary>
    public const int ExactUpTo = 8;

    /// <summary>The divergence for samples of a size.</summary>
    /// <param name="values">Values of one sample.</param>
    /// <param name="probes">Random probes, at least 1; null: exact where samples are small enough.</param>
    /// <param name="least">The fewest probes that the figure needs, taken where none is said.</param>
    public static Divergence Of(int values, int? probes, int least = 1) =>
        probes is null && values <= ExactUpTo ? new ExactDivergence() : new HutchinsonDivergence(Math.Max(probes ?? least, least));
}
