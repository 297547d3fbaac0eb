using System.Globalization;

namespace DiffusionSharp.Figures;

/// <summary>Colours for numbers: 256 steps that look equally far apart.</summary>
/// <remarks>
/// Each map is a Bézier curve through OKLab (Ottosson 2020) between a few control colours, cut into pieces of equal length.
/// Numbers are read from lightness alone, so the maps keep their order under every colour blindness and in grey.
/// </remarks>
public sealed class ColorMap
{
    private const int Steps = 256;
    private readonly (byte R, byte G, byte B)[] table;

    private ColorMap(bool centred, (byte R, byte G, byte B)[] table) => (Centred, this.table) = (centred, table);

    /// <summary>From dark blue over green to light yellow, ever lighter: for amounts, such as densities and errors.</summary>
    public static ColorMap Sequential { get; } = new(false, Even(
        [OkLab.Of(0.24, 0.095, 275), OkLab.Of(0.42, 0.17, 265), OkLab.Of(0.60, 0.13, 200), OkLab.Of(0.78, 0.20, 140), OkLab.Of(0.96, 0.085, 105)],
        Steps));

    /// <summary>From blue over near white to brown, equally dark at both ends: for differences from a middle, by default zero.</summary>
    public static ColorMap Diverging { get; } = new(true,
    [
        .. Even([OkLab.Of(0.40, 0.115, 255), OkLab.Of(0.62, 0.17, 250), OkLab.Of(0.90, 0.05, 240), OkLab.Of(0.97, 0, 0)], Steps / 2),
        .. Even([OkLab.Of(0.40, 0.10, 50), OkLab.Of(0.62, 0.17, 55), OkLab.Of(0.90, 0.06, 70), OkLab.Of(0.97, 0, 0)], Steps / 2).Reverse(),
    ]);

    /// <summary>Whether the middle colour stands for a number of its own: ranges that are not given are then symmetric around zero.</summary>
    public bool Centred { get; }

    /// <summary>The colour at a place of the map, 8 bits a channel in sRGB.</summary>
    /// <param name="position">In [0, 1]; what lies outside takes the colour of the nearer end.</param>
    /// <exception cref="ArgumentException">The position is NaN.</exception>
    public (byte R, byte G, byte B) At(double position)
    {
        if (double.IsNaN(position))
            throw new ArgumentException("ColorMap: the position is NaN; a number is needed, 0 for the first colour and 1 for the last.", nameof(position));
        return table[(int)Math.Clamp(position * Steps, 0, Steps - 1)];
    }

    /// <summary>The colour at a place of the map in CSS notation, such as "#15174b".</summary>
    /// <param name="position">In [0, 1]; what lies outside takes the colour of the nearer end.</param>
    /// <exception cref="ArgumentException">The position is NaN.</exception>
    public string Css(double position)
    {
        var (r, g, b) = At(position);
        return string.Create(CultureInfo.InvariantCulture, $"#{r:x2}{g:x2}{b:x2}");
    }

    /// <summary>Colours at equal distances along the Bézier curve of the control colours.</summary>
    private static (byte R, byte G, byte B)[] Even(OkLab[] controls, int count)
    {
        const int Pieces = 4096;
        var length = new double[Pieces + 1];
        for (var k = 1; k <= Pieces; k++) length[k] = length[k - 1] + Curve(controls, k / (double)Pieces).Distance(Curve(controls, (k - 1) / (double)Pieces));
        var colors = new (byte R, byte G, byte B)[count];
        for (int i = 0, k = 0; i < count; i++)
        {
            while (k < Pieces && length[k] < length[Pieces] * i / (count - 1)) k++;
            colors[i] = Curve(controls, k / (double)Pieces).ToSrgb();
        }

        return colors;
    }

    /// <summary>De Casteljau's construction: mixes of neighbours, until one is left.</summary>
    private static OkLab Curve(OkLab[] controls, double u)
    {
        var points = controls.ToArray();
        for (var left = points.Length - 1; left > 0; left--)
            for (var i = 0; i < left; i++) points[i] = OkLab.Mix(points[i], points[i + 1], u);
        return points[0];
    }
}
