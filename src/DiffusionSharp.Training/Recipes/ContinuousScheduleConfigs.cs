using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Recipes;

/// <summary>The VP process: β(t) linear (Song et al. 2021, arXiv:2011.13456, eq. 32).</summary>
/// <param name="BetaMin">β(0), above 0; 0.1 where null.</param>
/// <param name="BetaMax">β(1), at least β(0); 20 where null.</param>
public sealed record VpLinearScheduleConfig(double? BetaMin = null, double? BetaMax = null) : ScheduleConfig
{
    /// <inheritdoc/>
    public override VpLinearSchedule Create() => new(BetaMin ?? 0.1, BetaMax ?? 20);

    internal override ScheduleConfig Spelled() => Create();
}

/// <summary>The continuous squared cosine (Nichol and Dhariwal 2021, arXiv:2102.09672).</summary>
/// <param name="Offset">s in [0, 1]; 0.008 where null.</param>
public sealed record VpCosineScheduleConfig(double? Offset = null) : ScheduleConfig
{
    /// <inheritdoc/>
    public override VpCosineSchedule Create() => new(Offset ?? 0.008);

    internal override ScheduleConfig Spelled() => Create();
}

/// <summary>The sub-VP process: the drift of VP with less noise (Song et al. 2021, arXiv:2011.13456, eq. 29).</summary>
/// <inheritdoc cref="VpLinearScheduleConfig"/>
public sealed record SubVpScheduleConfig(double? BetaMin = null, double? BetaMax = null) : ScheduleConfig
{
    /// <inheritdoc/>
    public override SubVpSchedule Create() => new(BetaMin ?? 0.1, BetaMax ?? 20);

    internal override ScheduleConfig Spelled() => Create();
}

/// <summary>Rectified flow: α = 1 − t, σ = t (Liu et al. 2022, arXiv:2209.03003).</summary>
/// <param name="Shift">Moves even times towards the noise; above 0, 1 where null (Esser et al. 2024, arXiv:2403.03206, eq. 23).</param>
public sealed record FlowScheduleConfig(double? Shift = null) : ScheduleConfig
{
    /// <inheritdoc/>
    public override FlowSchedule Create() => new(Shift ?? 1);

    internal override ScheduleConfig Spelled() => Create();
}

/// <summary>The VE process: α = 1, σ geometric (Song et al. 2021, arXiv:2011.13456, eq. 30).</summary>
/// <param name="SigmaMin">The least noise that is trained, above 0, in data units; 0.01 where null.</param>
/// <param name="SigmaMax">The most noise, larger than distances between data, in data units; 50 where null.</param>
public sealed record VeGeometricScheduleConfig(double? SigmaMin = null, double? SigmaMax = null) : ScheduleConfig
{
    /// <inheritdoc/>
    public override VeGeometricSchedule Create() => new(SigmaMin ?? 0.01, SigmaMax ?? 50);

    internal override ScheduleConfig Spelled() => Create();
}

/// <summary>EDM's process: α = 1, σ = t (Karras et al. 2022, arXiv:2206.00364); made for log-normal levels.</summary>
/// <param name="SigmaMin">The least noise that is trained, above 0, in data units; 0.002 where null.</param>
/// <param name="SigmaMax">The most noise, in data units; 80 where null.</param>
public sealed record EdmScheduleConfig(double? SigmaMin = null, double? SigmaMax = null) : ScheduleConfig
{
    /// <inheritdoc/>
    public override EdmSchedule Create() => new(SigmaMax ?? 80, SigmaMin ?? 0.002);

    internal override ScheduleConfig Spelled() => Create();
}
