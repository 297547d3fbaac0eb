using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Objectives;

/// <summary>The noise level of a training sample.</summary>
/// <param name="Level">α and σ.</param>
/// <param name="Factor">What its loss is multiplied with.</param>
/// <param name="Bin">Where importance sampling remembers its loss; 0 elsewhere.</param>
public readonly record struct DrawnLevel(NoiseLevel Level, double Factor = 1, int Bin = 0);

/// <summary>Draws noise levels for training, each from a stream of its own.</summary>
public abstract class LevelSampler
{
    /// <summary>The losses that levels are drawn by; null where they are drawn otherwise.</summary>
    public virtual LossHistory? History => null;

    /// <summary>Draws a level: a function of the stream and, for importance sampling, of the losses before this step.</summary>
    /// <param name="stream">The sample's own.</param>
    public abstract DrawnLevel Draw(Rng stream);

    /// <summary>Takes up what was remembered so far, for the draws of the step that begins.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>The sampler of a configuration.</summary>
    /// <param name="levels">The distribution and its options, valid.</param>
    /// <param name="schedule">The run's.</param>
    public static LevelSampler Create(LevelConfig levels, Schedule schedule) => levels.Kind switch
    {
        LevelDistribution.Uniform => new UniformLevels(schedule),
        LevelDistribution.LogNormal => new LogNormalLevels(schedule, levels.MeanOrDefault(), levels.DeviationOrDefault()),
        LevelDistribution.LogitNormal => new LogitNormalLevels(schedule, levels.MeanOrDefault(), levels.DeviationOrDefault()),
        LevelDistribution.Importance => new ImportanceLevels(schedule, levels.HistoryOrDefault()),
        _ => throw new NotSupportedException($"Levels cannot be drawn {levels.Kind}."),
    };
}

/// <summary>Evenly in time.</summary>
internal sealed class UniformLevels(Schedule schedule) : LevelSampler
{
    public override DrawnLevel Draw(Rng stream) => new(schedule.Draw(stream.Uniform(0)));
}

/// <summary>ln σ/α ~ N(mean, deviation²) within the schedule.</summary>
internal sealed class LogNormalLevels(Schedule schedule, double mean, double deviation) : LevelSampler
{
    // A mean within the schedule leaves few draws outside it: none in a hundred means that the schedule is a point.
    private const int Attempts = 100;
    private readonly double low = Math.Log(schedule.At(schedule.LeastNoiseTime).Ratio);
    private readonly double high = Math.Log(schedule.At(schedule.StartTime).Ratio);

    public override DrawnLevel Draw(Rng stream)
    {
        var draws = stream.Split("level");
        var logRatio = 0.0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            logRatio = mean + (deviation * draws.Normal((ulong)attempt));
            if (logRatio >= low && logRatio <= high) break;
        }

        return new DrawnLevel(schedule.TrainedAtRatio(Math.Exp(Math.Clamp(logRatio, low, high))));
    }
}

/// <summary>t = sigmoid(z) of the way, z ~ N(mean, deviation²).</summary>
internal sealed class LogitNormalLevels(Schedule schedule, double mean, double deviation) : LevelSampler
{
    public override DrawnLevel Draw(Rng stream) => new(schedule.Draw(1 / (1 + Math.Exp(-mean - (deviation * stream.Split("level").Normal(0))))));
}
