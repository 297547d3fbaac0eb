using System.Text;

namespace DiffusionSharp.Figures;

/// <summary>Lines through many points, written with few.</summary>
internal static class Polyline
{
    // A twentieth of a pixel cannot be seen.
    private const double Tolerance = 0.05;

    /// <summary>A line that stays within a twentieth of a pixel of the one given and keeps both ends: Douglas and Peucker 1973.</summary>
    public static List<(double X, double Y)> Simplify(IReadOnlyList<(double X, double Y)> points)
    {
        var kept = new bool[points.Count];
        kept[0] = kept[^1] = true;
        var open = new Stack<(int First, int Last)>([(0, points.Count - 1)]);
        while (open.TryPop(out var piece))
        {
            var (worst, at) = (Tolerance, -1);
            for (var i = piece.First + 1; i < piece.Last; i++)
            {
                var distance = Distance(points[i], points[piece.First], points[piece.Last]);
                if (distance > worst) (worst, at) = (distance, i);
            }

            if (at < 0) continue;
            kept[at] = true;
            open.Push((piece.First, at));
            open.Push((at, piece.Last));
        }

        return [.. points.Where((_, i) => kept[i])];
    }

    /// <summary>The line as path data.</summary>
    public static string Path(List<(double X, double Y)> points, bool closed)
    {
        var path = new StringBuilder();
        for (var i = 0; i < points.Count - (closed ? 1 : 0); i++)
            path.Append(i == 0 ? 'M' : 'L').Append(SvgText.Number(points[i].X)).Append(' ').Append(SvgText.Number(points[i].Y));
        return path.Append(closed ? "Z" : "").ToString();
    }

    /// <summary>From a point to the straight piece between two others.</summary>
    private static double Distance((double X, double Y) p, (double X, double Y) a, (double X, double Y) b)
    {
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length = (dx * dx) + (dy * dy);
        var u = length == 0 ? 0 : Math.Clamp((((p.X - a.X) * dx) + ((p.Y - a.Y) * dy)) / length, 0, 1);
        return double.Hypot(p.X - a.X - (u * dx), p.Y - a.Y - (u * dy));
    }
}
