namespace DiffusionSharp.Figures;

/// <summary>One axis laid out: the range it shows and the pixels that stand for it.</summary>
internal sealed record PlotAxis(AxisScale Scale, double Low, double High)
{
    /// <summary>Whether a number has a place on an axis of this scale.</summary>
    public static bool Shows(AxisScale scale, double value) => double.IsFinite(value) && (scale == AxisScale.Linear || value > 0);

    /// <summary>An axis around values, with some air; a single value gets a range of its own size.</summary>
    public static PlotAxis Around(AxisScale scale, IEnumerable<double> values, double air)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (!Shows(scale, value)) continue;
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (scale == AxisScale.Log)
        {
            if (low == high) return new PlotAxis(scale, Math.Max(low / 3, double.Epsilon), Math.Min(high * 3, double.MaxValue));
            var factor = Math.Pow(high / low, air);
            return new PlotAxis(scale, Math.Max(low / factor, 1e-300), Math.Min(high * factor, 1e300));
        }

        if (!IsWide(low, high))
        {
            var half = low == 0 ? 1 : Math.Abs(low) / 2;
            return new PlotAxis(scale, low - half, high + half);
        }

        var pad = ((high / 2) - (low / 2)) * 2 * air;
        return new PlotAxis(scale, low - pad, high + pad);
    }

    /// <summary>Whether a range is wide enough for ticks: differences near rounding noise cannot be told apart.</summary>
    public static bool IsWide(double low, double high) => high - low > Math.Max(1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)), 1e-290);

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double At(double value) => Scale == AxisScale.Log
        ? Math.Log(value / Low) / Math.Log(High / Low)
        : (value - Low) / (High - Low);
}
