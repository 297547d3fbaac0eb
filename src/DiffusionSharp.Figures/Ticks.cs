using System.Globalization;

namespace DiffusionSharp.Figures;

/// <summary>A tick: where it stands, its label (null on a minor tick) and, where the label is a power of ten, the exponent.</summary>
internal readonly record struct Tick(double Value, string? Label, string? Exponent = null);

/// <summary>The ticks of an axis and, for very large or small numbers, the power of ten their labels leave out.</summary>
internal sealed record Ticks(IReadOnlyList<Tick> All, int Power)
{
    private static readonly int[] DecadesBetweenLabels = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    /// <summary>Ticks at nice numbers inside [low, high], about <paramref name="target"/> of them labelled.</summary>
    public static Ticks For(AxisScale scale, double low, double high, int target) =>
        scale == AxisScale.Log ? Log(low, high, target) : Linear(low, high, target);

    /// <summary>
    /// Multiples of 1, 2 or 5 times a power of ten: the smallest step that is at least the range over the target, or a finer one
    /// where two ticks at most would be left.
    /// </summary>
    private static Ticks Linear(double low, double high, int target)
    {
        var rough = (high - low) / Math.Max(target, 1);
        var exponent = (int)Math.Floor(Math.Log10(rough));
        var mantissa = rough / Math.Pow(10, exponent);
        var nice = mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10;
        if (nice == 10) (nice, exponent) = (1, exponent + 1);
        var ticks = Linear(low, high, nice, exponent);
        if (ticks.All.Count >= Math.Min(3, target)) return ticks;
        (nice, exponent) = nice switch { 1 => (5, exponent - 1), 2 => (1, exponent), _ => (2, exponent) };
        return Linear(low, high, nice, exponent);
    }

    private static Ticks Linear(double low, double high, int nice, int exponent)
    {
        var step = nice * Math.Pow(10, exponent);
        var top = Math.Max(Math.Abs(low), Math.Abs(high));
        var power = top is >= 1e6 or < 1e-3 ? (int)Math.Floor(Math.Log10(top)) : 0;
        var decimals = Math.Clamp(power - exponent, 0, 15);
        var ticks = new List<Tick>();
        // A tick belongs to the axis even when rounding has pushed it outside by a hair.
        for (var k = Math.Ceiling((low / step) - 1e-9); k <= (high / step) + 1e-9; k++)
        {
            var value = exponent < 0 ? k * nice / Math.Pow(10, -exponent) : k * step;
            ticks.Add(new Tick(value, Text(value / Math.Pow(10, power), decimals)));
        }

        return new Ticks(ticks, power);
    }

    /// <summary>Decades; over a short range also 2 and 5, or all nine; below that, as on a linear axis.</summary>
    private static Ticks Log(double low, double high, int target)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(low) + 1e-9), (int)Math.Ceiling(Math.Log10(high) - 1e-9));
        foreach (var labelled in (int[][])[[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]])
        {
            var ticks = new List<Tick>();
            var every = labelled.Length > 1 ? 1 : DecadesBetweenLabels.First(d => (last - first) / d <= Math.Max(target, 1));
            for (var exponent = first; exponent <= last; exponent++)
            {
                for (var m = 1; m <= 9; m++)
                {
                    var value = exponent < 0 ? m / Math.Pow(10, -exponent) : m * Math.Pow(10, exponent);
                    if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
                    if (labelled.Contains(m) && exponent % every == 0) ticks.Add(LogTick(value, m, exponent, labelled.Length > 1));
                    else if (m == 1 || (every == 1 && last - first <= 8)) ticks.Add(new Tick(value, null));
                }
            }

            if (ticks.Count(t => t.Label != null) >= Math.Min(3, target)) return new Ticks(ticks, 0);
        }

        return Linear(low, high, target);
    }

    private static Tick LogTick(double value, int m, int exponent, bool plain)
    {
        var power = exponent.ToString(CultureInfo.InvariantCulture).Replace('-', '−');
        if (plain && exponent is >= -3 and <= 3) return new Tick(value, Text(value, Math.Max(0, -exponent)));
        if (m > 1) return new Tick(value, $"{m.ToString(CultureInfo.InvariantCulture)}×10", power);
        return exponent switch { 0 => new Tick(value, "1"), 1 => new Tick(value, "10"), _ => new Tick(value, "10", power) };
    }

    private static string Text(double value, int decimals)
    {
        var text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var zero = text.All(c => c is '-' or '0' or '.');
        return zero ? text.TrimStart('-') : text.Replace('-', '−');
    }
}
