namespace DiffusionSharp.Figures;

/// <summary>How far numbers reach, those that are not finite left out.</summary>
internal static class FiniteRange
{
    /// <summary>The least and the greatest finite value; (∞, −∞) where there is none.</summary>
    /// <param name="values">In any order.</param>
    public static (double Low, double High) Of(ReadOnlySpan<double> values)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
            if (double.IsFinite(value)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return (low, high);
    }
}
