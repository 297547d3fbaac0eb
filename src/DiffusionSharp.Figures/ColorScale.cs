namespace DiffusionSharp.Figures;

/// <summary>Numbers from low to high laid on a stretch of a colour map.</summary>
/// <param name="Label">What the numbers are.</param>
/// <param name="Map">The colours.</param>
/// <param name="Low">The number of the first colour.</param>
/// <param name="High">The number of the last colour.</param>
/// <param name="First">Where on the map the stretch begins.</param>
/// <param name="Last">Where on the map the stretch ends.</param>
internal sealed record ColorScale(string Label, ColorMap Map, double Low, double High, double First = 0, double Last = 1)
{
    /// <summary>A scale over the range given, or else that of the finite values, symmetric around zero on a map with a middle.</summary>
    public static ColorScale Around(string label, ColorMap map, (double Low, double High)? range, IEnumerable<double> values, bool line = false)
    {
        // Thin marks in the palest or darkest colours would vanish on a page of that shade.
        var (first, last) = line ? (0.2, 0.78) : (0.0, 1.0);
        if (range is var (low, high)) return new ColorScale(label, map, low, high, first, last);
        var finite = values.Where(double.IsFinite);
        var axis = PlotAxis.Around(AxisScale.Linear, map.Centred ? finite.SelectMany(v => (double[])[v, -v]) : finite, 0);
        return new ColorScale(label, map, axis.Low, axis.High, first, last);
    }

    /// <summary>The place on the map of a number; numbers outside the range take that of the nearer end.</summary>
    public double At(double value) => First + ((Last - First) * Math.Clamp((value - Low) / (High - Low), 0, 1));
}
