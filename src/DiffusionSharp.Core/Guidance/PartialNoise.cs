using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>Picture to picture: noise what is there part of the way, then sample from that level on.</summary>
/// <remarks>
/// Meng et al. 2022 (SDEdit), arXiv:2108.01073, algorithm 1. The more noise, the less of the picture is kept.
/// <code>
/// var part = grid.Last(PartialNoise.Steps(grid, strength: 0.6));
/// var x = PartialNoise.Start(schedule, part, picture, noise);
/// var made = new DdimSampler(schedule, part).Sample(denoiser, x, noise);
/// </code>
/// </remarks>
public static class PartialNoise
{
    /// <summary>How many of a grid's last steps a strength means: that share of them, rounded, at least 1.</summary>
    /// <param name="grid">The whole grid.</param>
    /// <param name="strength">Share of the steps in (0, 1]; 1 begins where the whole grid does.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is out of range.</exception>
    public static int Steps(TimeGrid grid, double strength)
    {
        Guard.Above(strength, 0, "PartialNoise: strength");
        Guard.InRange(strength, 0, 1, "PartialNoise: strength");
        return Math.Max(1, (int)Math.Round(strength * grid.Count, MidpointRounding.AwayFromZero));
    }

    /// <summary>The data at the level where a grid starts: α x₀ + σ ε.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps to come.</param>
    /// <param name="x0">Clean data, [N, …].</param>
    /// <param name="noise">Its start is ε.</param>
    public static Tensor Start(Schedule schedule, TimeGrid grid, Tensor x0, NoiseSource noise) => schedule.At(grid.Start).AddNoise(x0, noise.Initial(x0.Shape));
}
