namespace DiffusionSharp.Figures;

/// <summary>Collects how far the data reach, for the ranges of the axes that are not given.</summary>
internal sealed class PlotReach(AxisScale xScale, AxisScale yScale)
{
    private readonly List<double> xs = [];
    private readonly List<double> ys = [];

    public IReadOnlyList<double> Xs => xs;

    public IReadOnlyList<double> Ys => ys;

    /// <summary>Whether any point can be drawn.</summary>
    public bool HasPoint { get; private set; }

    /// <summary>Adds a point; returns whether it can be drawn.</summary>
    public bool Add(double x, double y)
    {
        if (!PlotAxis.Shows(xScale, x) || !PlotAxis.Shows(yScale, y)) return false;
        xs.Add(x);
        ys.Add(y);
        return HasPoint = true;
    }

    public void Add(PlotSeries series)
    {
        for (var i = 0; i < series.X.Count; i++) Add(series.X[i], series.Y[i]);
    }

    /// <summary>Widens the horizontal axis alone.</summary>
    public void AddX(double x) => xs.Add(x);

    /// <summary>Widens the vertical axis alone.</summary>
    public void AddY(double y) => ys.Add(y);
}
