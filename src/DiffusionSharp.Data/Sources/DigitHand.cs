using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>A hand that writes a digit: chooses a variant, bends it, and lays it into the picture.</summary>
internal static class DigitHand
{
    private const int PointsPerSegment = 6;

    /// <summary>The strokes of a digit as lines of points in pixels (a pixel's centre is a whole number).</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="hand">Every choice comes from here.</param>
    /// <param name="size">Width and height of the picture.</param>
    /// <param name="pen">Radius of the pen in pixels.</param>
    /// <param name="reach">How far ink may lie from a line, in pixels.</param>
    public static List<(double X, double Y)>[] Write(int digit, RandomSequence hand, int size, double pen, double reach)
    {
        var variants = DigitStrokes.Variants[digit];
        var strokes = Array.ConvertAll(variants[hand.Integer(variants.Count)], stroke => Smooth(stroke, hand));
        Bend(strokes, hand);
        Fit(strokes, hand, size, pen, reach);
        return strokes;
    }

    // Catmull–Rom curves through control points that tremble a little; where curves meet, they share the trembled point.
    private static List<(double X, double Y)> Smooth((double X, double Y)[][] stroke, RandomSequence hand)
    {
        var line = new List<(double X, double Y)>();
        foreach (var curve in stroke)
        {
            var p = Array.ConvertAll(curve, point => (X: point.X + (0.03 * hand.Normal()), Y: point.Y + (0.03 * hand.Normal())));
            if (line.Count > 0) p[0] = line[^1];
            else line.Add(p[0]);
            for (var i = 0; i + 1 < p.Length; i++)
            {
                var (before, after) = (p[Math.Max(i - 1, 0)], p[Math.Min(i + 2, p.Length - 1)]);
                for (var k = 1; k <= PointsPerSegment; k++)
                {
                    var t = k / (double)PointsPerSegment;
                    line.Add((Cubic(before.X, p[i].X, p[i + 1].X, after.X, t), Cubic(before.Y, p[i].Y, p[i + 1].Y, after.Y, t)));
                }
            }
        }

        return line;
    }

    private static double Cubic(double a, double b, double c, double d, double t) =>
        b + (t / 2 * (c - a + (t * ((2 * a) - (5 * b) + (4 * c) - d + (t * ((3 * (b - c)) + d - a))))));

    // A slow wave moves the plane, then width, slant and turn.
    private static void Bend(List<(double X, double Y)>[] strokes, RandomSequence hand)
    {
        double waveX = 0.045 * hand.Normal(), waveY = 0.045 * hand.Normal();
        double alongX = hand.Uniform(2, 5.5), alongY = hand.Uniform(2, 5.5), phaseX = hand.Uniform(0, Math.Tau), phaseY = hand.Uniform(0, Math.Tau);
        var width = hand.Uniform(0.6, 1.12);
        var slant = Math.Clamp(0.14 + (0.22 * hand.Normal()), -0.4, 0.7);
        var (sine, cosine) = Math.SinCos(0.07 * hand.Normal());
        foreach (var line in strokes)
        {
            for (var i = 0; i < line.Count; i++)
            {
                var (x, y) = line[i];
                (x, y) = (x + (waveX * Math.Sin((alongX * y) + phaseX)), y + (waveY * Math.Sin((alongY * x) + phaseY)));
                (x, y) = ((width * (x - 0.5)) + (slant * (0.5 - y)), y - 0.5);
                line[i] = ((cosine * x) - (sine * y), (sine * x) + (cosine * y));
            }
        }
    }

    // As MNIST was made: the longer side into 20 of 28 pixels, the centre of mass into the middle.
    private static void Fit(List<(double X, double Y)>[] strokes, RandomSequence hand, int size, double pen, double reach)
    {
        double left = double.MaxValue, right = double.MinValue, top = double.MaxValue, bottom = double.MinValue;
        double length = 0, massX = 0, massY = 0;
        foreach (var line in strokes)
        {
            for (var i = 0; i < line.Count; i++)
            {
                var (x, y) = line[i];
                (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
                if (i == 0) continue;
                var step = Math.Sqrt(((x - line[i - 1].X) * (x - line[i - 1].X)) + ((y - line[i - 1].Y) * (y - line[i - 1].Y)));
                length += step;
                massX += step * (x + line[i - 1].X) / 2;
                massY += step * (y + line[i - 1].Y) / 2;
            }
        }

        var scale = hand.Uniform(0.9, 1.02) * ((size * 20.0 / 28) - (2 * pen)) / Math.Max(right - left, bottom - top);
        var middle = (size - 1) / 2.0;
        var shiftX = Inside(middle - (scale * massX / length) + (size * 0.012 * hand.Normal()), scale * left, scale * right);
        var shiftY = Inside(middle - (scale * massY / length) + (size * 0.012 * hand.Normal()), scale * top, scale * bottom);
        foreach (var line in strokes)
            for (var i = 0; i < line.Count; i++)
                line[i] = ((scale * line[i].X) + shiftX, (scale * line[i].Y) + shiftY);

        // No ink on the outermost pixels.
        double Inside(double shift, double low, double high) => Math.Clamp(shift, reach - low, size - 1 - reach - high);
    }
}
