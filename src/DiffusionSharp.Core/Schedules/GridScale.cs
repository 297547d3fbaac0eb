namespace DiffusionSharp.Schedules;

/// <summary>The quantity that a grid spaces.</summary>
public enum GridScale
{
    /// <summary>σ/α, EDM's σ: the same levels on every schedule.</summary>
    Ratio,

    /// <summary>The schedule's own time.</summary>
    Time,
}
