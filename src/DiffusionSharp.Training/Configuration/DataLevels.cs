using DiffusionSharp.Langevin;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Configuration;

/// <summary>Finds the levels of a geometric schedule from the data of a run, where its configuration leaves them open.</summary>
/// <remarks>Song and Ermon 2020, arXiv:2006.09011, techniques 1 and 2: <see cref="NcsnDesign"/>.</remarks>
public static class DataLevels
{
    /// <summary>How many samples σ_max is found from; of a smaller source all are taken.</summary>
    public const int Samples = 2000;

    /// <summary>L in fewer than 5 dimensions, where technique 2 has no answer: that of Song and Ermon 2019, arXiv:1907.05600.</summary>
    public const int FewDimensionsLevels = 10;

    private const int LeastDimension = 5;

    /// <summary>The configuration with sigmaMax and levels in place; the same object where nothing is open.</summary>
    /// <param name="config">Valid.</param>
    /// <param name="source">The run's data. Of a large source so many samples are drawn as <see cref="Samples"/> says, by the run's seed.</param>
    /// <param name="parallelism">Threads; they do not change the result.</param>
    /// <exception cref="ArgumentException">The data has no two different samples, or is closer together than sigmaMin.</exception>
    public static RunConfig Settle(RunConfig config, DataSource source, Parallelism parallelism)
    {
        var schedule = config.ScheduleOrDefault();
        if (!schedule.IsOpen()) return config;
        var sigmaMin = schedule.SigmaMin ?? ScheduleConfig.DefaultSigmaMin;
        var sigmaMax = schedule.SigmaMax ?? RoundedUp(NcsnDesign.LargestDistance(Drawn(source, config.Seed), parallelism));
        if (!(sigmaMax > sigmaMin)) throw new ArgumentException(FormattableString.Invariant($"schedule.sigmaMin: {sigmaMin} is not below the largest distance between data, {sigmaMax:G3}; choose a smaller one, or write sigmaMax."));
        var levels = schedule.Levels ?? (source.SampleShape.Count < LeastDimension ? FewDimensionsLevels : NcsnDesign.Levels(sigmaMin, sigmaMax, NcsnDesign.Ratio(source.SampleShape.Count)));
        return (config with { Schedule = schedule with { SigmaMin = sigmaMin, SigmaMax = sigmaMax, Levels = levels } }).Validated();
    }

    /// <summary>Any levels in place of those that are open: what rules can be checked on before the data is there.</summary>
    internal static ScheduleConfig StandIn(ScheduleConfig open) => open with { SigmaMax = open.SigmaMax ?? 1e6 * (open.SigmaMin ?? ScheduleConfig.DefaultSigmaMin), Levels = open.Levels ?? FewDimensionsLevels };

    private static Tensor Drawn(DataSource source, ulong seed)
    {
        var count = Math.Min(Samples, source.Count);
        var random = new RandomSequence(new Rng(seed).Split("levels"));
        var sample = new float[source.SampleShape.Count];
        return Tensor.Create(source.SampleShape.Prepend(count), values =>
        {
            for (var k = 0; k < count; k++)
            {
                source.Read(count == source.Count ? k : random.Integer(source.Count), sample);
                for (var i = 0; i < sample.Length; i++) values[(k * sample.Length) + i] = sample[i];
            }
        });
    }

    // Three digits say as much as a drawn largest distance means, and read well in a file.
    private static double RoundedUp(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return double.Parse((Math.Ceiling(value / unit) * unit).ToString("G3", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
    }
}
