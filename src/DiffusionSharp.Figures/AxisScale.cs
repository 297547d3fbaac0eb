namespace DiffusionSharp.Figures;

/// <summary>How an axis maps numbers to lengths.</summary>
public enum AxisScale
{
    /// <summary>Equal differences are equal lengths.</summary>
    Linear,

    /// <summary>Equal ratios are equal lengths; numbers ≤ 0 (and those below 1e-290) have no place and are skipped like non-finite ones.</summary>
    Log,
}
