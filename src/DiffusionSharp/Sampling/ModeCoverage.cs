using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>How samples lie on the modes of a source whose modes are known.</summary>
/// <param name="Near">Fraction of samples within three standard deviations of a mode; 1 − e^(−9/2) = 0.989 of the data's own.</param>
/// <param name="Covered">Modes that have at least a tenth of their share of all samples that near.</param>
/// <param name="Modes">How many modes there are.</param>
/// <param name="Larger">Of two-modes, the fraction of samples on the side of the larger mode; null elsewhere, and where not all samples are finite.</param>
public sealed record ModeCoverage(double Near, int Covered, int Modes, double? Larger = null)
{
    /// <summary>The fraction of true samples that lie as near: a round Gaussian in the plane.</summary>
    public static double Exact { get; } = 1 - Math.Exp(-Deviations * Deviations / 2);

    private const double Deviations = 3;
    private const double LeastShare = 0.1;

    /// <summary>Measures samples of a source; null where its modes are not known.</summary>
    /// <param name="source">The source's text.</param>
    /// <param name="samples">[N, 2].</param>
    public static ModeCoverage? Of(string source, Tensor samples) => source switch
    {
        "eight-gaussians" => Of(EightGaussians.Modes, EightGaussians.Sigma, samples),
        "two-modes" => Of(TwoModes.Modes, TwoModes.Sigma, samples) with { Larger = samples.IsFinite() ? TwoModes.ShareOfFirst(samples) : null },
        _ => null,
    };

    /// <summary>Measures samples against equal round Gaussians.</summary>
    /// <param name="modes">The centres.</param>
    /// <param name="sigma">Standard deviation of each, along each axis.</param>
    /// <param name="samples">[N, 2].</param>
    public static ModeCoverage Of(IReadOnlyList<(double X, double Y)> modes, double sigma, Tensor samples)
    {
        var near = new int[modes.Count];
        for (var k = 0; k < samples.Samples; k++)
        {
            var p = samples.Sample(k);
            for (var m = 0; m < near.Length; m++)
            {
                var (dx, dy) = (p[0] - modes[m].X, p[1] - modes[m].Y);
                if (!((dx * dx) + (dy * dy) <= Deviations * Deviations * sigma * sigma)) continue;
                near[m]++;
                break;
            }
        }

        var share = LeastShare * samples.Samples / modes.Count;
        return new ModeCoverage((double)near.Sum() / samples.Samples, near.Count(n => n > 0 && n >= share), modes.Count);
    }
}
