using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Level lines of a function on a grid.</summary>
/// <remarks>
/// Each cell whose corners lie on both sides of the level is crossed by straight pieces between points interpolated linearly
/// on its sides (Lorensen and Cline 1987, "Marching cubes", in two dimensions): for a smooth function within O(h²) of the true
/// line. Where opposite corners agree, the mean of the four decides which of them are joined. A cell with a corner that is not
/// finite is left out.
/// </remarks>
public static class MarchingSquares
{
    /// <summary>The lines at one level: open ones first, each in the order of its first grid side, the same on every run.</summary>
    /// <param name="x">Positions of the columns, strictly increasing or decreasing.</param>
    /// <param name="y">Positions of the rows, strictly increasing or decreasing.</param>
    /// <param name="values">[y.Count, x.Count] values.</param>
    /// <param name="level">Any finite number.</param>
    /// <returns>Lines as points in the units of x and y; the last point of a closed line equals its first.</returns>
    /// <exception cref="ArgumentException">The shape of the values differs from the numbers of positions, or a position or the level is not finite.</exception>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Trace(IReadOnlyList<double> x, IReadOnlyList<double> y, Tensor values, double level)
    {
        Shape expected = [y.Count, x.Count];
        if (values.Shape != expected)
        {
            var found = $"values {values.Shape} over {x.Count} values of x and {y.Count} of y";
            throw new ArgumentException($"MarchingSquares: {found}; [y.Count, x.Count] is needed.", nameof(values));
        }

        if (!double.IsFinite(level)) throw new ArgumentException($"MarchingSquares: a level of {level}; a finite number is needed.", nameof(level));
        if (!Monotone(x) || !Monotone(y))
            throw new ArgumentException("MarchingSquares: x and y must each be at least 2 finite numbers, strictly increasing or decreasing.");
        var sides = new SortedDictionary<int, (int First, int Second)>();
        foreach (var (a, b) in Segments(values, y.Count, x.Count, level))
        {
            Join(sides, a, b);
            Join(sides, b, a);
        }

        var lines = new List<IReadOnlyList<(double X, double Y)>>();
        var seen = new HashSet<int>();
        foreach (var start in sides.Where(s => s.Value.Second < 0).Concat(sides).Select(s => s.Key))
        {
            if (seen.Contains(start)) continue;
            var line = new List<(double X, double Y)>();
            var closed = sides[start].Second >= 0;
            for (var at = start; at >= 0 && seen.Add(at);)
            {
                line.Add(Crossing(x, y, values, level, at));
                var (first, second) = sides[at];
                at = !seen.Contains(first) ? first : second;
            }

            if (closed) line.Add(line[0]);
            lines.Add(line);
        }

        return lines;
    }

    internal static bool Monotone(IReadOnlyList<double> values)
    {
        if (values.Count < 2 || !values.All(double.IsFinite)) return false;
        var sign = Math.Sign(values[1] - values[0]);
        return sign != 0 && Enumerable.Range(1, values.Count - 1).All(i => Math.Sign(values[i] - values[i - 1]) == sign);
    }

    /// <summary>Pairs of sides that a line crosses one after the other. Side 2k leads from grid point k along its row, 2k + 1 along its column.</summary>
    private static IEnumerable<(int A, int B)> Segments(Tensor values, int rows, int columns, double level)
    {
        for (var j = 0; j + 1 < rows; j++)
        {
            for (var i = 0; i + 1 < columns; i++)
            {
                var k = (j * columns) + i;
                var (a, b, c, d) = (values.Values[k], values.Values[k + 1], values.Values[k + columns + 1], values.Values[k + columns]);
                if (!double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c) || !double.IsFinite(d)) continue;
                var (low, right, high, left) = (2 * k, (2 * (k + 1)) + 1, 2 * (k + columns), (2 * k) + 1);
                var (inA, inB, inC, inD) = (a >= level, b >= level, c >= level, d >= level);
                if (inA == inC && inB == inD && inA != inB)
                {
                    // A saddle: the corners on the mean's side are joined, the other two are each cut off.
                    var joined = ((a / 4) + (b / 4) + (c / 4) + (d / 4) >= level) == inA;
                    yield return joined ? (low, right) : (low, left);
                    yield return joined ? (high, left) : (high, right);
                    continue;
                }

                // No saddle: two sides are crossed, the first and the last of the four, or none.
                var first = inA != inB ? low : inB != inC ? right : inC != inD ? high : -1;
                var last = inD != inA ? left : inC != inD ? high : inB != inC ? right : -1;
                if (first != last) yield return (first, last);
            }
        }
    }

    private static void Join(SortedDictionary<int, (int First, int Second)> sides, int side, int next) =>
        sides[side] = sides.TryGetValue(side, out var known) ? (known.First, next) : (next, -1);

    private static (double X, double Y) Crossing(IReadOnlyList<double> x, IReadOnlyList<double> y, Tensor values, double level, int side)
    {
        var (k, upright) = (side / 2, side % 2 == 1);
        var (i, j) = (k % x.Count, k / x.Count);
        var (a, b) = (values.Values[k], values.Values[k + (upright ? x.Count : 1)]);
        // Halved, so that the difference of large numbers cannot overflow.
        var u = ((level / 2) - (a / 2)) / ((b / 2) - (a / 2));
        return upright ? (x[i], y[j] + (u * (y[j + 1] - y[j]))) : (x[i] + (u * (x[i + 1] - x[i])), y[j]);
    }
}
