using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Trained levels of σ with α = 1, in one ratio or one by one (Song and Ermon 2019, arXiv:1907.05600).</summary>
/// <param name="Levels">L, at least 2; null: as many as <see cref="DataLevels"/> finds.</param>
/// <param name="SigmaMin">The least noise that is trained, above 0, in data units; 0.01 where null.</param>
/// <param name="SigmaMax">The most noise, in data units; null: as <see cref="DataLevels"/> finds.</param>
/// <param name="Sigmas">The levels one by one, from the most noise to the least, in place of the other three.</param>
public sealed record GeometricScheduleConfig(
    int? Levels = null, double? SigmaMin = null, double? SigmaMax = null, IReadOnlyList<double>? Sigmas = null) : ScheduleConfig
{
    private const double DefaultSigmaMin = 0.01;

    /// <inheritdoc/>
    public override bool IsOpen() => Sigmas is null && (SigmaMax is null || Levels is null);

    /// <inheritdoc/>
    public override Schedule Create()
    {
        CheckLevels(Sigmas is { Count: > 0 } given ? given.Count : Levels);
        if (Sigmas is not null)
        {
            if (Levels is not null || (SigmaMin ?? SigmaMax) is not null)
                throw new ArgumentException("schedule.sigmas: they say all of the levels; leave out levels, sigmaMin and sigmaMax.");
            return GeometricSchedule.FromSigmas([.. Sigmas]);
        }

        return Levels is { } levels && SigmaMax is { } most
            ? new GeometricSchedule(SigmaMin ?? DefaultSigmaMin, most, levels)
            : throw new ArgumentException(
                "schedule: sigmaMax and levels of geometric are still open; a run finds them from its data when it starts, or write both.");
    }

    /// <inheritdoc/>
    public override ScheduleConfig Settled(DataSource source, ulong seed, Parallelism parallelism)
    {
        if (!IsOpen()) return this;
        var least = SigmaMin ?? DefaultSigmaMin;
        var most = SigmaMax ?? DataLevels.LargestDistance(source, seed, parallelism);
        if (!(most > least))
        {
            var which = FormattableString.Invariant($"{least} is not below the largest distance between data, {most:G3}");
            throw new ArgumentException($"schedule.sigmaMin: {which}; choose a smaller one, or write sigmaMax.");
        }

        return new GeometricScheduleConfig(Levels ?? DataLevels.Count(least, most, source.SampleShape.Count), least, most);
    }

    internal override ScheduleConfig StandIn() =>
        IsOpen() ? this with { SigmaMax = SigmaMax ?? 1e6 * (SigmaMin ?? DefaultSigmaMin), Levels = Levels ?? DataLevels.FewDimensionsLevels } : this;

    internal override ScheduleConfig Spelled() => Sigmas is null ? this with { SigmaMin = SigmaMin ?? DefaultSigmaMin } : this;
}
