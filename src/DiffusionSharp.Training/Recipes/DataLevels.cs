using System.Globalization;
using DiffusionSharp.Langevin;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Finds the levels of noise that suit data, where a configuration leaves them open.</summary>
/// <remarks>Song and Ermon 2020, arXiv:2006.09011, techniques 1 and 2: <see cref="NcsnDesign"/>.</remarks>
public static class DataLevels
{
    /// <summary>How many samples σ_max is found from; of a smaller source all are taken.</summary>
    public const int Samples = 2000;

    /// <summary>L in fewer than 5 dimensions, where technique 2 has no answer: that of Song and Ermon 2019, arXiv:1907.05600.</summary>
    public const int FewDimensionsLevels = 10;

    private const int LeastDimension = 5;

    /// <summary>The configuration with its schedule's open levels in place; the same object where nothing is open.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="source">The run's data. Of a large source so many samples are drawn as <see cref="Samples"/> says, by the run's seed.</param>
    /// <param name="parallelism">Threads; they do not change the result.</param>
    /// <exception cref="ArgumentException">The data has no two different samples, or is closer together than sigmaMin.</exception>
    public static RunConfig Settle(RunConfig config, DataSource source, Parallelism parallelism)
    {
        var schedule = config.ScheduleOrDefault();
        return schedule.IsOpen() ? (config with { Schedule = schedule.Settled(source, config.Seed, parallelism) }).Validated() : config;
    }

    /// <summary>σ_max by technique 1, rounded up to three digits: a drawn largest distance means no more, and they read well in a file.</summary>
    internal static double LargestDistance(DataSource source, ulong seed, Parallelism parallelism)
    {
        var value = NcsnDesign.LargestDistance(Drawn(source, seed), parallelism);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return double.Parse((Math.Ceiling(value / unit) * unit).ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>L by technique 2, where samples have dimensions enough.</summary>
    internal static int Count(double sigmaMin, double sigmaMax, int dimension) =>
        dimension < LeastDimension ? FewDimensionsLevels : NcsnDesign.Levels(sigmaMin, sigmaMax, NcsnDesign.Ratio(dimension));

    private static Tensor Drawn(DataSource source, ulong seed)
    {
        var random = new RandomSequence(new Rng(seed).Split("levels"));
        return source.Read(
            source.Count <= Samples ? Enumerable.Range(0, source.Count) : Enumerable.Range(0, Samples).Select(_ => random.Integer(source.Count)));
    }
}
