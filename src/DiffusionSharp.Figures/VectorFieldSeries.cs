using System.Text;

namespace DiffusionSharp.Figures;

/// <summary>An arrow at each point, its middle there: a score, a drift, a velocity. Linear axes only.</summary>
/// <remarks>
/// An arrow shows the displacement over one common time, so it lies along the streamline through its point whatever the
/// units of the axes. The longest is as long as neighbouring points are apart. A vector too short to be seen is a dot.
/// </remarks>
/// <param name="Name">Name in the legend, or at the colour bar; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Positions along the vertical axis.</param>
/// <param name="U">Horizontal parts of the vectors, as many as X.</param>
/// <param name="V">Vertical parts of the vectors, as many as X.</param>
public sealed record VectorFieldSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double> U, IReadOnlyList<double> V)
    : PlotSeries(Name, X, Y)
{
    // So many shades of length are told apart; each is one element of the document.
    private const int Shades = 24;

    /// <summary>Length of the longest arrow in distances between neighbouring points.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Colours by the length √(u² + v²); by default all arrows are of one colour.</summary>
    public ColorMap? Map { get; init; }

    /// <summary>Whether a bar at the right tells what the colours mean, where there are any.</summary>
    public bool ColorBar { get; init; } = true;

    internal override SeriesTraits Traits => new() { HasColor = Map == null, IsCloud = true, Bar = ColorBar ? Colors : null };

    internal ColorScale? Colors() => Map == null ? null : ColorScale.Around(Name, Map, null, Seen().Select(Length), line: true);

    internal override void Check(SvgPlot plot)
    {
        CheckLinear(plot, "vector field");
        CheckPairs("vector field");
        if (U.Count != X.Count || V.Count != X.Count)
        {
            var found = $"vector field \"{Name}\" has {X.Count} values of X, {U.Count} of U and {V.Count} of V";
            throw new ArgumentException($"SvgPlot: {found}; they must be as many.");
        }

        if (!(Scale > 0 && double.IsFinite(Scale)))
            throw new ArgumentException($"SvgPlot: vector field \"{Name}\" has a scale of {Scale}; a positive finite number is needed.");
    }

    internal override void Reach(PlotReach reach)
    {
        foreach (var i in Seen()) reach.Add(X[i], Y[i]);
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout)
    {
        var seen = Seen().ToArray();
        if (seen.Length == 0) return;
        var (perX, perY) = (layout.InnerWidth / (layout.XAxis.High - layout.XAxis.Low), layout.InnerHeight / (layout.YAxis.High - layout.YAxis.Low));
        var longest = seen.Max(i => Math.Max(Math.Abs(U[i]) * perX, Math.Abs(V[i]) * perY));
        // Divided first by the longest part, so that squares neither overflow nor vanish.
        var vectors = seen.Select(i => longest > 0 ? (X: U[i] * perX / longest, Y: -V[i] * perY / longest) : (X: 0, Y: 0)).ToArray();
        var size = Scale * Spacing([.. seen.Select(i => (layout.X(X[i]), layout.Y(Y[i])))]) / Math.Max(vectors.Max(Norm), 1e-300);
        var colors = Colors();
        foreach (var shade in Enumerable.Range(0, seen.Length).GroupBy(k => colors == null ? 0 : Shade(colors, seen[k])).OrderBy(g => g.Key))
        {
            var paint = colors == null ? color : colors.Map.Css(colors.First + ((colors.Last - colors.First) * shade.Key / (Shades - 1)));
            svg.Add($"<g fill=\"{paint}\" stroke=\"{paint}\" stroke-linejoin=\"round\">");
            var path = new StringBuilder();
            foreach (var k in shade)
            {
                var (x, y, dx, dy) = (layout.X(X[seen[k]]), layout.Y(Y[seen[k]]), vectors[k].X * size, vectors[k].Y * size);
                if (!(Norm((dx, dy)) >= 1)) svg.Add($"<circle cx=\"{x}\" cy=\"{y}\" r=\"1.1\" stroke=\"none\"/>");
                else Arrow(path, x, y, dx, dy);
            }

            if (path.Length > 0) svg.Add($"<path d=\"{path.ToString()}\" stroke-width=\"1.1\"/>");
            svg.Add($"</g>").End();
        }
    }

    internal override void DrawSign(SvgText svg, string color, double x, double y)
    {
        var path = new StringBuilder();
        Arrow(path, x + 9, y, 18, 0);
        svg.Add($"<path d=\"{path.ToString()}\" fill=\"{color}\" stroke=\"{color}\" stroke-width=\"1.1\"/>");
    }

    /// <summary>A shaft, and a head of a third of it but no more than 6 pixels.</summary>
    private static void Arrow(StringBuilder path, double x, double y, double dx, double dy)
    {
        var length = Norm((dx, dy));
        var head = Math.Min(length / 3, 6) / length;
        var (tipX, tipY) = (x + (dx / 2), y + (dy / 2));
        var (neckX, neckY) = (tipX - (head * dx), tipY - (head * dy));
        Move('M', x - (dx / 2), y - (dy / 2));
        Move('L', neckX, neckY);
        Move('M', tipX, tipY);
        Move('L', neckX - (0.4 * head * dy), neckY + (0.4 * head * dx));
        Move('L', neckX + (0.4 * head * dy), neckY - (0.4 * head * dx));
        path.Append('Z');

        void Move(char command, double toX, double toY) => path.Append(command).Append(SvgText.Number(toX)).Append(' ').Append(SvgText.Number(toY));
    }

    /// <summary>The median distance from a point to its nearest neighbour, in pixels; of many points, 200 are asked.</summary>
    private static double Spacing((double X, double Y)[] points)
    {
        var nearest = new List<double>();
        for (var i = 0; i < points.Length; i += 1 + (points.Length / 200))
        {
            var least = double.PositiveInfinity;
            foreach (var (x, y) in points)
            {
                var distance = Norm((x - points[i].X, y - points[i].Y));
                if (distance > 0.01) least = Math.Min(least, distance);
            }

            if (double.IsFinite(least)) nearest.Add(least);
        }

        nearest.Sort();
        return nearest.Count == 0 ? 24 : nearest[nearest.Count / 2];
    }

    private static double Norm((double X, double Y) vector) => Math.Sqrt((vector.X * vector.X) + (vector.Y * vector.Y));

    private int Shade(ColorScale colors, int i) => (int)Math.Round((Shades - 1) * (colors.At(Length(i)) - colors.First) / (colors.Last - colors.First));

    private double Length(int i) => double.Hypot(U[i], V[i]);

    private IEnumerable<int> Seen() => Enumerable.Range(0, X.Count).Where(i => double.IsFinite(X[i]) && double.IsFinite(Y[i]) && double.IsFinite(Length(i)));
}
