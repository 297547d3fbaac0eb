namespace DiffusionSharp.Figures;

/// <summary>A colour in OKLab, where equal distances look about equally large.</summary>
/// <remarks>Ottosson 2020, "A perceptual color space for image processing".</remarks>
/// <param name="L">Lightness, 0 black to 1 white.</param>
/// <param name="A">From green (negative) to red.</param>
/// <param name="B">From blue (negative) to yellow.</param>
internal readonly record struct OkLab(double L, double A, double B)
{
    /// <summary>A colour of given lightness, chroma and hue in degrees.</summary>
    public static OkLab Of(double lightness, double chroma, double hue)
    {
        var (sin, cos) = Math.SinCos(hue * Math.PI / 180);
        return new OkLab(lightness, chroma * cos, chroma * sin);
    }

    public static OkLab Mix(OkLab from, OkLab to, double u) =>
        new(((1 - u) * from.L) + (u * to.L), ((1 - u) * from.A) + (u * to.A), ((1 - u) * from.B) + (u * to.B));

    public double Distance(OkLab other) => Math.Sqrt(Math.Pow(L - other.L, 2) + Math.Pow(A - other.A, 2) + Math.Pow(B - other.B, 2));

    /// <summary>The nearest sRGB colour, 8 bits a channel.</summary>
    public (byte R, byte G, byte B) ToSrgb()
    {
        var l = Cube(L + (0.3963377774 * A) + (0.2158037573 * B));
        var m = Cube(L - (0.1055613458 * A) - (0.0638541728 * B));
        var s = Cube(L - (0.0894841775 * A) - (1.2914855480 * B));
        return (
            Encode((4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s)),
            Encode((-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s)),
            Encode((-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s)));
    }

    private static double Cube(double value) => value * value * value;

    /// <summary>Linear light to the sRGB transfer curve, IEC 61966-2-1.</summary>
    private static byte Encode(double linear)
    {
        var light = Math.Clamp(linear, 0, 1);
        return (byte)Math.Round(255 * (light <= 0.0031308 ? 12.92 * light : (1.055 * Math.Pow(light, 1 / 2.4)) - 0.055));
    }
}
