using System.Text.Json.Serialization;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Trained timesteps by a curve of β.</summary>
/// <param name="Levels">T, at least 1; 1000 where null.</param>
/// <param name="ZeroTerminalSnr">Whether it is rescaled so that the last level is pure noise (Lin et al. 2023, arXiv:2305.08891).</param>
public abstract record BetaScheduleConfig(int? Levels, bool ZeroTerminalSnr) : ScheduleConfig
{
    private const int DefaultLevels = 1000;

    internal sealed override bool EndsInPureNoise => ZeroTerminalSnr;

    /// <inheritdoc/>
    public sealed override Schedule Create()
    {
        CheckLevels(Levels);
        if (ZeroTerminalSnr && Levels < 2) throw new ArgumentException("schedule.levels: zero terminal SNR needs at least 2.");
        var schedule = Curve(Levels ?? DefaultLevels);
        return ZeroTerminalSnr ? schedule.RescaleToZeroTerminalSnr() : schedule;
    }

    internal sealed override ScheduleConfig Spelled() => this with { Levels = Levels ?? DefaultLevels };

    private protected abstract DiscreteSchedule Curve(int levels);
}

/// <summary>β linear from 1e-4 to 0.02 (Ho et al. 2020, arXiv:2006.11239).</summary>
/// <inheritdoc/>
public sealed record LinearScheduleConfig(int? Levels = null, bool ZeroTerminalSnr = false) : BetaScheduleConfig(Levels, ZeroTerminalSnr)
{
    private protected override DiscreteSchedule Curve(int levels) => DiscreteSchedule.Linear(levels);
}

/// <summary>√β linear from √0.00085 to √0.012 (Rombach et al. 2022, arXiv:2112.10752).</summary>
/// <inheritdoc/>
public sealed record ScaledLinearScheduleConfig(int? Levels = null, bool ZeroTerminalSnr = false) : BetaScheduleConfig(Levels, ZeroTerminalSnr)
{
    private protected override DiscreteSchedule Curve(int levels) => DiscreteSchedule.ScaledLinear(levels);
}

/// <summary>ᾱ a squared cosine (Nichol and Dhariwal 2021, arXiv:2102.09672).</summary>
/// <inheritdoc/>
public sealed record CosineScheduleConfig(int? Levels = null, bool ZeroTerminalSnr = false) : BetaScheduleConfig(Levels, ZeroTerminalSnr)
{
    private protected override DiscreteSchedule Curve(int levels) => DiscreteSchedule.Cosine(levels);
}

/// <summary>β a sigmoid from 1e-4 to 0.02 (Xu et al. 2022, arXiv:2203.02923).</summary>
/// <inheritdoc/>
public sealed record SigmoidScheduleConfig(int? Levels = null, bool ZeroTerminalSnr = false) : BetaScheduleConfig(Levels, ZeroTerminalSnr)
{
    private protected override DiscreteSchedule Curve(int levels) => DiscreteSchedule.Sigmoid(levels);
}

/// <summary>Log SNR by the quantiles of a Laplace distribution (Hang et al. 2024, arXiv:2407.03297).</summary>
/// <inheritdoc/>
public sealed record LaplaceScheduleConfig(int? Levels = null, bool ZeroTerminalSnr = false) : BetaScheduleConfig(Levels, ZeroTerminalSnr)
{
    private protected override DiscreteSchedule Curve(int levels) => DiscreteSchedule.Laplace(levels);
}

/// <summary>Trained timesteps by their β, one by one: a schedule of one's own.</summary>
/// <param name="BetaValues">The β from the least noise to the most, each in (0, 1); the last may be 1.</param>
/// <param name="ZeroTerminalSnr">Whether it is rescaled so that the last level is pure noise (Lin et al. 2023, arXiv:2305.08891).</param>
public sealed record BetasScheduleConfig(
    [property: JsonPropertyOrder(1)] IReadOnlyList<double>? BetaValues = null, bool ZeroTerminalSnr = false) : ScheduleConfig
{
    internal override bool EndsInPureNoise => ZeroTerminalSnr;

    /// <inheritdoc/>
    public override Schedule Create()
    {
        if (BetaValues is null) throw new ArgumentException("schedule.betaValues: the kind betas is its list of β; write one, or choose another kind.");
        CheckLevels(BetaValues.Count);
        var schedule = DiscreteSchedule.FromBetas([.. BetaValues]);
        return ZeroTerminalSnr ? schedule.RescaleToZeroTerminalSnr() : schedule;
    }
}
