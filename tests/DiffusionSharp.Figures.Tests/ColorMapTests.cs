namespace DiffusionSharp.Figures.Tests;

/// <summary>What makes a colour map readable: lightness in order, for every kind of sight.</summary>
public sealed class ColorMapTests
{
    /// <summary>Dichromatic vision in linear RGB: Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency", severity 1.</summary>
    public static TheoryData<string, double[]> Sights => new()
    {
        { "trichromatic", [1, 0, 0, 0, 1, 0, 0, 0, 1] },
        { "protanopia", [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998] },
        { "deuteranopia", [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881] },
        { "tritanopia", [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900] },
        { "grey", [0.2126, 0.7152, 0.0722, 0.2126, 0.7152, 0.0722, 0.2126, 0.7152, 0.0722] },
    };

    [Theory]
    [MemberData(nameof(Sights))]
    public void The_sequential_map_grows_lighter_for_every_sight(string sight, double[] matrix)
    {
        var lightness = Lightness(ColorMap.Sequential, matrix);
        // Two steps on: one alone can be less than the rounding to 8 bits.
        Assert.All(lightness.Zip(lightness.Skip(2)), p => Assert.True(p.Second > p.First, $"{sight}: {p.First:0.0000} is followed by {p.Second:0.0000}."));
        Assert.InRange(lightness[0], 0, 0.35);
        Assert.InRange(lightness[^1], 0.9, 1);
    }

    [Theory]
    [MemberData(nameof(Sights))]
    public void The_diverging_map_rises_to_its_middle_and_falls_again_for_every_sight(string sight, double[] matrix)
    {
        var lightness = Lightness(ColorMap.Diverging, matrix);
        var half = lightness.Length / 2;
        for (var i = 0; i + 2 < half; i++)
        {
            Assert.True(lightness[i + 2] > lightness[i], $"{sight}: the left half falls at {i}.");
            Assert.True(lightness[^(i + 3)] > lightness[^(i + 1)], $"{sight}: the right half falls at {i} from its end.");
        }

        Assert.InRange(lightness[half], 0.95, 1);
    }

    [Fact]
    public void The_diverging_map_is_as_light_on_both_sides_of_its_middle()
    {
        var lightness = Lightness(ColorMap.Diverging, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
        for (var i = 0; i < 128; i++) Assert.Equal(lightness[i], lightness[255 - i], 0.01);
        Assert.Equal(ColorMap.Diverging.At(0.499), ColorMap.Diverging.At(0.501));
    }

    [Fact]
    public void Colours_a_sixteenth_of_a_map_apart_look_equally_far_apart()
    {
        foreach (var (map, places) in ((ColorMap, int[])[])[(ColorMap.Sequential, [0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 255]), (ColorMap.Diverging, [0, 16, 32, 48, 64, 80, 96, 112])])
        {
            var lab = places.Select(i => OkLab(map.At((i + 0.5) / 256))).ToArray();
            var distances = lab.Zip(lab.Skip(1)).Select(p => Math.Sqrt(p.First.Zip(p.Second).Sum(c => Math.Pow(c.First - c.Second, 2)))).ToArray();
            Assert.InRange(distances.Max() / distances.Min(), 1, 1.12);
        }
    }

    [Fact]
    public void Both_ends_of_the_diverging_map_differ_in_hue_for_dichromats_too()
    {
        foreach (var (sight, matrix) in Sights.Select(s => s.Data).Where(s => s.Item1 != "grey"))
        {
            var (left, right) = (OkLab(ColorMap.Diverging.At(0.2), matrix), OkLab(ColorMap.Diverging.At(0.8), matrix));
            Assert.True(double.Hypot(left[1] - right[1], left[2] - right[2]) > 0.1, sight);
        }
    }

    [Fact]
    public void Places_outside_a_map_take_its_ends_and_a_place_that_is_no_number_is_refused()
    {
        Assert.Equal(ColorMap.Sequential.At(0), ColorMap.Sequential.At(-3));
        Assert.Equal(ColorMap.Sequential.At(1), ColorMap.Sequential.At(double.PositiveInfinity));
        Assert.Equal("#15174b", ColorMap.Sequential.Css(0));
        Assert.StartsWith("ColorMap: the position is NaN;", Assert.Throws<ArgumentException>(() => ColorMap.Sequential.At(double.NaN)).Message, StringComparison.Ordinal);
    }

    private static double[] Lightness(ColorMap map, double[] sight) => [.. Enumerable.Range(0, 256).Select(i => OkLab(map.At((i + 0.5) / 256), sight)[0])];

    /// <summary>From sRGB to OKLab, the way back of the one under test: Ottosson 2020.</summary>
    private static double[] OkLab((byte R, byte G, byte B) color, double[]? sight = null)
    {
        double[] rgb = [.. ((byte[])[color.R, color.G, color.B]).Select(c => c / 255.0).Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
        var seen = Times(sight ?? [1, 0, 0, 0, 1, 0, 0, 0, 1], rgb);
        double[] toCones = [0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005];
        double[] toLab = [0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050, 0.4505937099, 0.0259040371, 0.7827717662, -0.8086757660];
        return Times(toLab, [.. Times(toCones, [.. seen.Select(c => Math.Clamp(c, 0, 1))]).Select(Math.Cbrt)]);
    }

    private static double[] Times(double[] matrix, double[] v) => [.. Enumerable.Range(0, 3).Select(r => (matrix[3 * r] * v[0]) + (matrix[(3 * r) + 1] * v[1]) + (matrix[(3 * r) + 2] * v[2]))];
}
