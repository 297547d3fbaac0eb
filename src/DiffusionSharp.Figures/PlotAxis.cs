namespace DiffusionSharp.Figures;

/// <summary>One axis laid out: the range it shows and the pixels that stand for it.</summary>
internal sealed record PlotAxis(AxisScale Scale, double Low, double High)
{
    // Below this, doubles lose their digits and no tick can be placed.
    private const double Least = 1e-290;

    /// <summary>Whether a number has a place on an axis of this scale.</summary>
    public static bool Shows(AxisScale scale, double value) => double.IsFinite(value) && (scale == AxisScale.Linear || value >= Least);

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
            var factor = IsWide(low, high) ? Math.Exp((Math.Log(high) - Math.Log(low)) * air) : 3;
            return new PlotAxis(scale, Math.Max(low / factor, Least / 3), Math.Min(high * factor, double.MaxValue));
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
    public static bool IsWide(double low, double high) => high - low > Math.Max(1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)), Least);

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double At(double value) => Scale == AxisScale.Log
        ? (Math.Log(value) - Math.Log(Low)) / (Math.Log(High) - Math.Log(Low))
        : (value - Low) / (High - Low);
}
