using System.Globalization;
using System.Text;
using DiffusionSharp.Figures;

namespace DiffusionSharp.Theory.Anatomy;

/// <summary>A U-Net as a drawing: down at the left, the middle below, up at the right, skips as lines; each block with its shape and parameters.</summary>
internal static class UNetDiagram
{
    private const int Width = 860, BoxWidth = 190, BoxHeight = 40, Row = 54, Top = 96, Indent = 46;

    /// <summary>Draws it.</summary>
    /// <param name="blocks">In the order they are computed.</param>
    /// <param name="skips">Pairs of blocks.</param>
    public static string ToSvg(IReadOnlyList<NetworkBlock> blocks, IReadOnlyList<(string From, string To)> skips)
    {
        var theme = PlotTheme.Paper;
        var (down, middle, up) = (Side("conv_in", "down_blocks"), Side("mid_block"), Side("up_blocks", "conv_norm_out", "conv_out"));
        var time = blocks.Single(b => b.Name == "time_embedding");
        var finest = down[0].Output[1];
        var bottom = Top + (Row * Math.Max(down.Count, up.Count));
        var height = bottom + BoxHeight + 60;
        var places = new Dictionary<string, (double X, double Y)>(StringComparer.Ordinal);
        for (var i = 0; i < down.Count; i++) places[down[i].Name] = (20 + Depth(down[i]), Spread(i, down.Count));
        for (var i = 0; i < up.Count; i++) places[up[i].Name] = (Width - 20 - BoxWidth - Depth(up[i]), Spread(up.Count - 1 - i, up.Count));
        for (var i = 0; i < middle.Count; i++) places[middle[i].Name] = (Width / 2.0 + ((i - (middle.Count / 2.0)) * (BoxWidth + 20)) + 10, bottom + 20);

        var svg = new StringBuilder();
        const string role = "role=\"img\" aria-label=\"A U-Net, block by block\"";
        const string space = "xmlns=\"http://www.w3.org/2000/svg\"";
        Add($"<svg {space} width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" {role} font-family=\"{theme.FontFamily}\">");
        Add($"<style>{NightStyle.Of(theme, PlotTheme.Dark)}</style>");
        Add($"<rect width=\"{Width}\" height=\"{height}\" fill=\"{theme.Background}\"/>");
        Text(20, 28, "The U-Net, drawn from its graph", 15, theme.Ink, "start", bold: true);
        var parameters = Grouped(blocks.Sum(b => b.Parameters));
        Text(20, 48, $"{parameters} parameters; a box: what it gives (height × width × channels), and its parameters", 12, theme.Muted, "start");

        foreach (var (from, to) in skips)
        {
            var ((x1, y1), (x2, y2)) = (places[from], places[to]);
            (x1, y1, y2) = (x1 + BoxWidth, y1 + (BoxHeight / 2), y2 + (BoxHeight / 2));
            var bend = (x2 - x1) / 2;
            var curve = FormattableString.Invariant($"M{x1:0.#} {y1:0.#} C{x1 + bend:0.#} {y1:0.#} {x2 - bend:0.#} {y2:0.#} {x2:0.#} {y2:0.#}");
            Add($"<path d=\"{curve}\" fill=\"none\" stroke=\"{theme.Colors[0]}\" stroke-width=\"1.4\" stroke-dasharray=\"5 4\"/>");
            Add($"<circle cx=\"{x2:0.#}\" cy=\"{y2:0.#}\" r=\"3\" fill=\"{theme.Colors[0]}\"/>");
        }

        NetworkBlock[] path = [.. down, .. middle, .. up];
        foreach (var (a, b) in path.Zip(path.Skip(1)))
        {
            var ((x1, y1), (x2, y2)) = (Centre(a), Centre(b));
            Add($"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{theme.Muted}\" stroke-width=\"1.6\"/>");
        }

        foreach (var block in path) Box(places[block.Name], block);
        Box((Width / 2.0 - (BoxWidth / 2.0), 66), time);
        Text(Width / 2, 66 + BoxHeight + 16, "added in every residual block", 11, theme.Muted, "middle");
        Text(Width / 2, bottom - Row - 26, "skips: joined along the channels", 11, theme.Colors[0], "middle");
        Add($"</svg>");
        return svg.ToString();

        List<NetworkBlock> Side(params string[] prefixes) => [.. blocks.Where(b => prefixes.Any(p => b.Name.StartsWith(p, StringComparison.Ordinal)))];

        // Coarser blocks stand nearer to the middle.
        double Depth(NetworkBlock block) => Indent * Math.Log2((double)finest / block.Output[1]);

        double Spread(int i, int count) => Top + ((bottom - Top - Row) * (double)i / Math.Max(1, count - 1));

        (double X, double Y) Centre(NetworkBlock block) => (places[block.Name].X + (BoxWidth / 2.0), places[block.Name].Y + (BoxHeight / 2.0));

        void Box((double X, double Y) at, NetworkBlock block)
        {
            var color = block.Name switch
            {
                _ when block.Name.Contains("attentions", StringComparison.Ordinal) => theme.Colors[1],
                _ when block.Name.Contains("samplers", StringComparison.Ordinal) => theme.Colors[2],
                _ when block.Name.Contains("resnets", StringComparison.Ordinal) => theme.Colors[0],
                _ => theme.Colors[6],
            };
            var frame = FormattableString.Invariant($"x=\"{at.X:0.#}\" y=\"{at.Y:0.#}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"6\"");
            Add($"<rect {frame} fill=\"{theme.Background}\"/>");
            Add($"<rect {frame} fill=\"{color}\" fill-opacity=\"0.14\" stroke=\"{color}\" stroke-width=\"1.2\"/>");
            var (middle, gives) = (at.X + (BoxWidth / 2.0), string.Join(" × ", block.Output.Dimensions.ToArray()[1..]));
            Text(middle, at.Y + 16, block.Name, 11.5, theme.Ink, "middle", bold: true);
            Text(middle, at.Y + 32, $"{gives}   ·   {Grouped(block.Parameters)}", 11, theme.Ink, "middle");
        }

        static string Grouped(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

        void Text(double x, double y, string text, double size, string color, string anchor, bool bold = false)
        {
            var weight = bold ? " font-weight=\"600\"" : "";
            Add($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" font-size=\"{size}\" fill=\"{color}\" text-anchor=\"{anchor}\"{weight}>{text}</text>");
        }

        void Add(FormattableString line) => svg.Append(FormattableString.Invariant(line)).Append('\n');
    }
}
