namespace DiffusionSharp.Data.Sources;

/// <summary>Draws lines with a round pen of soft edge: the ink of a pixel is the most that any part of the line gives it.</summary>
internal static class DigitPen
{
    /// <summary>Draws one stroke into [size, size] of ink in [0, 1].</summary>
    /// <param name="line">Points in pixels.</param>
    /// <param name="pen">Mean radius in pixels.</param>
    /// <param name="swing">How much the radius swings along the stroke, as a part of it.</param>
    /// <param name="phase">Where the swing begins.</param>
    /// <param name="soft">Width of the edge in pixels.</param>
    /// <param name="ink">The picture.</param>
    /// <param name="size">Its width and height.</param>
    public static void Draw(List<(double X, double Y)> line, double pen, double swing, double phase, double soft, float[] ink, int size)
    {
        for (var i = 1; i < line.Count; i++)
        {
            var radius = pen * (1 + (swing * Math.Sin(phase + (4.5 * i / line.Count))));
            Draw(line[i - 1], line[i], (float)radius, (float)soft, ink, size);
        }
    }

    private static void Draw((double X, double Y) from, (double X, double Y) to, float radius, float soft, float[] ink, int size)
    {
        float ax = (float)from.X, ay = (float)from.Y, dx = (float)to.X - ax, dy = (float)to.Y - ay;
        var reach = radius + (soft / 2);
        var perLength = 1 / Math.Max((dx * dx) + (dy * dy), 1e-12f);
        var (left, right) = Pixels(ax, ax + dx, reach, size);
        var (top, bottom) = Pixels(ay, ay + dy, reach, size);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                float px = x - ax, py = y - ay;
                var along = Math.Clamp(((px * dx) + (py * dy)) * perLength, 0, 1);
                float ex = px - (along * dx), ey = py - (along * dy);
                var distance = MathF.Sqrt((ex * ex) + (ey * ey));
                var value = Math.Clamp(0.5f + ((radius - distance) / soft), 0, 1);
                ref var pixel = ref ink[(y * size) + x];
                if (value > pixel) pixel = value;
            }
        }
    }

    // The pixels along one axis that the line may give ink to.
    private static (int First, int Last) Pixels(float from, float to, float reach, int size)
    {
        var first = (int)MathF.Ceiling(Math.Min(from, to) - reach);
        var last = (int)MathF.Floor(Math.Max(from, to) + reach);
        return (Math.Max(0, first), Math.Min(size - 1, last));
    }
}
