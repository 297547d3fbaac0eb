using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>The shares of samples in the larger of two modes, which has 0.8 of the data.</summary>
/// <param name="Data">Of as many of the data.</param>
/// <param name="Plain">Of plain Langevin dynamics at the least noise.</param>
/// <param name="Annealed">Of annealed Langevin dynamics.</param>
/// <param name="Samples">How many samples of each.</param>
/// <param name="Calls">Network calls of each chain, the same for both.</param>
internal sealed record LangevinShares(double Data, double Plain, double Annealed, int Samples, int Calls);

/// <summary>Plain against annealed Langevin dynamics on two modes of unlike weight: figure 3 of Song and Ermon 2019, arXiv:1907.05600.</summary>
internal static class LangevinFigure
{
    private const int Count = 4000;

    /// <summary>Draws data and both kinds of samples side by side, with the measured shares as titles.</summary>
    /// <param name="model">Of the source two-modes, by the preset points-ncsn.</param>
    /// <param name="svgPath">Where the figure goes.</param>
    /// <param name="parallelism">The threads.</param>
    /// <exception cref="ArgumentException">The model is of other data, or has no trained levels of noise.</exception>
    /// <exception cref="InvalidOperationException">A chain ran away, as of a network that is hardly trained.</exception>
    public static LangevinShares Write(TrainedModel model, string svgPath, Parallelism parallelism)
    {
        if (model.Config.Data != "two-modes") throw new ArgumentException($"LangevinFigure: a model of two-modes is expected, whose weights are known; this one is of {model.Config.Data}.", nameof(model));
        var pair = LangevinPair.Draw(model, PointSource.Create("two-modes"), Count, StudyOptions.Seed, CpuMachine.On(parallelism));
        if (Lost(pair.Plain) + Lost(pair.Annealed) is > 0 and var lost) throw new InvalidOperationException($"LangevinFigure: {lost} of {2 * Count} chains ran away and have no share; train the network longer.");
        var shares = new LangevinShares(TwoModes.ShareOfFirst(pair.Data), TwoModes.ShareOfFirst(pair.Plain), TwoModes.ShareOfFirst(pair.Annealed), Count, pair.Calls);
        AtomicFile.Write(svgPath, Encoding.UTF8.GetBytes(PointSheet.Panels(
            [pair.Data, pair.Plain, pair.Annealed],
            [Title("data", shares.Data), Title("plain Langevin", shares.Plain), Title("annealed Langevin", shares.Annealed)],
            (-4, 3))));
        return shares;
    }

    // Chains that ended in no number.
    private static int Lost(Tensor points) => Enumerable.Range(0, points.Samples).Count(k => !points.Slice(k, 1).IsFinite());

    private static string Title(string what, double share) => FormattableString.Invariant($"{what}: {share:0.000} to {1 - share:0.000}");
}
