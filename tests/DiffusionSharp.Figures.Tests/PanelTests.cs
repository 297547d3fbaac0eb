using System.Globalization;
using System.Xml.Linq;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

/// <summary>Picture strips, panels of both kinds, and files that follow light and dark.</summary>
public sealed class PanelTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_strip_shows_each_picture_at_its_place_pixel_for_pixel()
    {
        var batch = Tensor.Create([6, 2, 3, 1], v =>
        {
            for (var i = 0; i < v.Length; i++) v[i] = (i / 17.5) - 1;
        });
        var strip = PictureStrip.Of(batch, 3) with { Scale = 4, Gap = 5, Title = "Digits", RowLabels = ["a", "b"], ColumnLabels = ["t = 0", "", "1"] };
        var images = XDocument.Parse(strip.ToSvg()).Descendants(Svg + "image").ToArray();
        Assert.Equal(6, images.Length);
        for (var k = 0; k < 6; k++)
        {
            Assert.Equal((12, 8), (Number(images[k], "width"), Number(images[k], "height")));
            Assert.Equal((k / 3 * 13) + Number(images[0], "y"), Number(images[k], "y"), 0.02);
            Assert.Equal((k % 3 * (Number(images[1], "x") - Number(images[0], "x"))) + Number(images[0], "x"), Number(images[k], "x"), 0.02);
            var picture = Png.Decode(Convert.FromBase64String(images[k].Attribute("href")!.Value["data:image/png;base64,".Length..]), "strip");
            Assert.Equal(PictureSheet.Pictures(batch.ToFloat())[k].Pixels.ToArray(), picture.Pixels.ToArray());
        }

        Assert.Equal(strip.ToSvg(), (strip with { Rows = PictureStrip.Of(batch.Slice(0, 3), batch.Slice(3, 3)).Rows }).ToSvg());
        Assert.Equal(["Digits", "t = 0", "", "1", "a", "b"], XDocument.Parse(strip.ToSvg()).Descendants(Svg + "text").Select(t => t.Value));
    }

    [Fact]
    public void Columns_are_as_wide_as_what_is_written_above_them()
    {
        var narrow = PictureStrip.Of(Tensor.Zeros([2, 4, 4, 1]), 2) with { Scale = 1, Gap = 0 };
        Assert.Equal(4, Distance(narrow), 0.02);
        Assert.True(Distance(narrow with { ColumnLabels = ["a long label", "b"] }) > 50);

        static double Distance(PictureStrip strip) => XDocument.Parse(strip.ToSvg()).Descendants(Svg + "image").Select(i => Number(i, "x")).ToArray() is [var a, var b] ? b - a : double.NaN;
    }

    [Fact]
    public void Strips_and_plots_stand_side_by_side()
    {
        var root = XDocument.Parse(SvgPanels.Grid([Strip(), Plot(PlotTheme.Paper)])).Root!;
        Assert.Single(root.Descendants(Svg + "svg"));
        Assert.Equal(2, root.Descendants(Svg + "image").Count());
        Assert.Equal(1280, Number(root, "width"));
        Assert.Equal(400, Number(root, "height"));
    }

    [Fact]
    public void Malformed_strips_are_refused_in_one_line()
    {
        Refused(new PictureStrip([]), "\"\" has no picture; give at least one.");
        Refused(PictureStrip.Of(Tensor.Zeros([2, 4, 4, 1]), Tensor.Zeros([1, 4, 4, 1])), "row 1 has 1 pictures and row 0 has 2; rows must be of equal length.");
        Refused(PictureStrip.Of(Tensor.Zeros([1, 4, 4, 1]), Tensor.Zeros([1, 4, 5, 1])), "pictures of 4×4 and 5×4; they must be of one size.");
        Refused(Strip() with { RowLabels = ["a", "b"] }, "2 labels for 1 rows; each row needs one, or none has any.");
        Refused(Strip() with { ColumnLabels = ["a"] }, "1 labels for 2 columns; each column needs one, or none has any.");
        Refused(Strip() with { Scale = double.NaN }, "a scale of NaN; a positive finite number is needed.");
        Refused(Strip() with { Gap = -1 }, "a gap of -1 pixels; a finite number of at least 0 is needed.");
        Refused(Strip() with { Scale = 1e9 }, "1×2 pictures are more than 10000 pixels wide or high; lower the scale or show fewer.");
        Assert.StartsWith("PictureStrip: 3 pictures in rows of 2;", Assert.Throws<ArgumentException>(() => PictureStrip.Of(Tensor.Zeros([3, 4, 4, 1]), 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_adaptive_file_is_that_of_paper_with_one_style_sheet_more()
    {
        var (adaptive, paper) = (Plot(PlotTheme.Adaptive).ToSvg().Split('\n'), Plot(PlotTheme.Paper).ToSvg().Split('\n'));
        Assert.Equal(paper, adaptive.Where(l => !l.StartsWith("<style>", StringComparison.Ordinal)));
        Assert.Equal(paper.Length + 1, adaptive.Length);
    }

    [Fact]
    public void By_night_every_colour_of_paper_turns_into_that_of_dark()
    {
        var style = XDocument.Parse(Plot(PlotTheme.Adaptive).ToSvg()).Descendants(Svg + "style").Single().Value;
        Assert.StartsWith("@media (prefers-color-scheme:dark){", style, StringComparison.Ordinal);
        var (day, night) = (PlotTheme.Paper, PlotTheme.Dark);
        (string, string)[] pairs = [(day.Background, night.Background), (day.Ink, night.Ink), (day.Muted, night.Muted), (day.Grid, night.Grid), .. day.Colors.Zip(night.Colors)];
        Assert.All(pairs, p => Assert.Contains($"[fill=\"{p.Item1}\"]{{fill:{p.Item2}}}[stroke=\"{p.Item1}\"]{{stroke:{p.Item2}}}", style, StringComparison.Ordinal));
        // The dark drawing is what the style sheet makes of the light one.
        var turned = string.Join('"', Plot(PlotTheme.Paper).ToSvg().Split('"').Select(t => pairs.FirstOrDefault(p => p.Item1 == t, (t, t)).Item2));
        Assert.Equal(Plot(PlotTheme.Dark, night.Colors[2]).ToSvg(), turned);
    }

    [Fact]
    public void A_ground_that_lets_the_page_through_fills_no_outline_by_night()
    {
        var style = XDocument.Parse(Plot(PlotTheme.Adaptive with { Background = "none" }).ToSvg()).Descendants(Svg + "style").Single().Value;
        Assert.DoesNotContain("none", style, StringComparison.Ordinal);
        var odd = Plot(PlotTheme.Paper with { Ink = "a<\"b\\", Night = PlotTheme.Dark }).ToSvg();
        Assert.Contains("[fill=\"a<\\\"b\\\\\"]{fill:#eceff4}", XDocument.Parse(odd).Descendants(Svg + "style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_too_long_for_the_legend_is_broken_into_lines()
    {
        var name = string.Join(' ', Enumerable.Repeat("a long name", 12));
        var texts = XDocument.Parse(new SvgPlot([new LineSeries(name, [0, 1], [0, 1])]) { Width = 330 }.ToSvg()).Root!.Elements(Svg + "g").Single().Elements(Svg + "text").Select(t => t.Value).ToArray();
        Assert.InRange(texts.Length, 2, 6);
        Assert.Equal(name, string.Join(' ', texts));
    }

    private static PictureStrip Strip() => PictureStrip.Of(Tensor.Zeros([2, 4, 4, 3]), 2);

    private static SvgPlot Plot(PlotTheme theme, string? color = null) =>
        new([new LineSeries("a", [0, 1], [0, 1]), new PointSeries("b", [0, 1], [1, 0]) { Color = color ?? PlotTheme.Paper.Colors[2] }, ReferenceLine.Vertical("c", 0.5)]) { Title = "t", XLabel = "x", Theme = theme };

    private static void Refused(PictureStrip strip, string message) => Assert.Equal("PictureStrip: " + message, Assert.Throws<ArgumentException>(strip.ToSvg).Message);

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
