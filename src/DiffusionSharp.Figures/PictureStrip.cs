using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Pictures in rows and columns with labels: a denoising run, a comparison of samplers.</summary>
/// <remarks>Each picture is embedded as a PNG and its pixels are drawn as sharp squares.
/// <code>
/// var svg = PictureStrip.Of([noisy, denoised]) with { RowLabels = ["x_t", "D(x_t)"], ColumnLabels = ["t = 0.2", "0.5", "0.8"] };
/// </code>
/// </remarks>
/// <param name="Rows">At least one row, all of equally many pictures of one size.</param>
public sealed record PictureStrip(IReadOnlyList<IReadOnlyList<Picture>> Rows) : SvgPanel
{
    private const double Pad = 14;

    /// <summary>A label at the left of each row; empty leaves them out.</summary>
    public IReadOnlyList<string> RowLabels { get; init; } = [];

    /// <summary>A label above each column; empty leaves them out.</summary>
    public IReadOnlyList<string> ColumnLabels { get; init; } = [];

    /// <summary>Pixels of the page for each pixel of a picture, positive; by default <see cref="PictureSheet.NaturalScale"/>.</summary>
    public double? Scale { get; init; }

    /// <summary>Pixels of the page between pictures, at least 0.</summary>
    public double Gap { get; init; } = 4;

    /// <summary>One row for each batch.</summary>
    /// <param name="rows">[N, H, W, C] in [−1, 1], C = 1 or 3, all of one shape.</param>
    /// <exception cref="ArgumentException">A batch is empty or no picture batch.</exception>
    public static PictureStrip Of(params IReadOnlyList<Tensor> rows) => new([.. rows.Select(r => PictureSheet.Pictures(r.ToFloat()))]);

    /// <summary>A batch filled in row by row.</summary>
    /// <param name="batch">[N, H, W, C] in [−1, 1], C = 1 or 3.</param>
    /// <param name="columns">Pictures in a row; N must be a multiple.</param>
    /// <exception cref="ArgumentException">The batch is empty or no picture batch, or its pictures do not fill the rows.</exception>
    public static PictureStrip Of(Tensor batch, int columns)
    {
        if (columns < 1 || batch.Samples % columns != 0)
            throw new ArgumentException($"PictureStrip: {batch.Samples} pictures in rows of {columns}; the rows must be full.", nameof(columns));
        return new([.. PictureSheet.Pictures(batch.ToFloat()).Chunk(columns)]);
    }

    internal override (int Width, int Height) Size
    {
        get
        {
            Check();
            var width = Left + (Rows[0].Count * PitchX) - Gap + Pad;
            var title = (1.08 * TextMeasure.Width(Title, TitleSize)) + (2 * Pad);
            return ((int)Math.Ceiling(Math.Max(width, title)), (int)Math.Ceiling(Top + (Rows.Count * PitchY) - Gap + Pad));
        }
    }

    private double Small => Math.Round(Theme.FontSize * 0.88, 1);

    private double TitleSize => Theme.FontSize * 1.15;

    private double Zoom => Scale ?? PictureSheet.NaturalScale(Rows[0][0].Height, Rows[0][0].Width);

    // Labels decide where pictures are narrower than what is written above them.
    private double PitchX => Math.Max((Zoom * Rows[0][0].Width) + Gap, ColumnLabels.Select(l => TextMeasure.Width(l, Small) + 8).DefaultIfEmpty().Max());

    private double PitchY => (Zoom * Rows[0][0].Height) + Gap;

    private double Left => Pad + (RowLabels.Count > 0 ? RowLabels.Max(l => TextMeasure.Width(l, Small)) + 8 : 0);

    private double Top => Pad + (Title.Length > 0 ? Theme.FontSize * 1.9 : 0) + (ColumnLabels.Count > 0 ? Small + 7 : 0);

    internal override void Draw(SvgText svg)
    {
        var ((width, height), picture) = (Size, Rows[0][0]);
        var (w, h) = (Zoom * picture.Width, Zoom * picture.Height);
        var (left, top) = (Left + ((PitchX - Gap - w) / 2), Top);
        svg.Add($"<rect width=\"{width}\" height=\"{height}\" fill=\"{SvgText.Escape(Theme.Background)}\"/>").End();
        svg.Add($"<g fill=\"{SvgText.Escape(Theme.Ink)}\" font-size=\"{Small}\">");
        if (Title.Length > 0)
            svg.Add($"<text x=\"{Pad}\" y=\"{Pad + Theme.FontSize}\" font-size=\"{TitleSize}\" font-weight=\"600\">{SvgText.Escape(Title)}</text>");
        foreach (var (c, label) in ColumnLabels.Index())
            svg.Add($"<text x=\"{left + (c * PitchX) + (w / 2)}\" y=\"{top - 7}\" text-anchor=\"middle\">{SvgText.Escape(label)}</text>");
        foreach (var (r, label) in RowLabels.Index())
            svg.Add($"<text x=\"{Left - 8}\" y=\"{top + (r * PitchY) + (h / 2) + (Small * 0.35)}\" text-anchor=\"end\">{SvgText.Escape(label)}</text>");
        svg.Add($"</g>").End();

        // Frames, so that a white picture has an edge on a white page.
        svg.Add($"<path d=\"");
        foreach (var (x, y, _) in Places()) svg.Add($"M{x - 0.5} {y - 0.5}h{w + 1}v{h + 1}h{-w - 1}z");
        svg.Add($"\" fill=\"none\" stroke=\"{SvgText.Escape(Theme.Grid)}\"/>").End();
        foreach (var (x, y, p) in Places()) EmbeddedPicture.Add(svg, p, x, y, w, h);

        IEnumerable<(double X, double Y, Picture Picture)> Places() =>
            Rows.SelectMany((row, r) => row.Select((p, c) => (left + (c * PitchX), top + (r * PitchY), p)));
    }

    private void Check()
    {
        if (Rows.Count == 0 || Rows[0].Count == 0) throw new ArgumentException($"PictureStrip: \"{Title}\" has no picture; give at least one.");
        var (first, columns) = (Rows[0][0], Rows[0].Count);
        for (var r = 0; r < Rows.Count; r++)
        {
            if (Rows[r].Count != columns)
                throw new ArgumentException($"PictureStrip: row {r} has {Rows[r].Count} pictures and row 0 has {columns}; rows must be of equal length.");
            if (Rows[r].FirstOrDefault(p => p.Width != first.Width || p.Height != first.Height) is not { } odd) continue;
            var sizes = $"{first.Width}×{first.Height} and {odd.Width}×{odd.Height}";
            throw new ArgumentException($"PictureStrip: pictures of {sizes}; they must be of one size.");
        }

        if (RowLabels.Count != 0 && RowLabels.Count != Rows.Count)
            throw new ArgumentException($"PictureStrip: {RowLabels.Count} labels for {Rows.Count} rows; each row needs one, or none has any.");
        if (ColumnLabels.Count != 0 && ColumnLabels.Count != columns)
            throw new ArgumentException($"PictureStrip: {ColumnLabels.Count} labels for {columns} columns; each column needs one, or none has any.");
        if (!(Zoom > 0 && double.IsFinite(Zoom))) throw new ArgumentException($"PictureStrip: a scale of {Zoom}; a positive finite number is needed.");
        if (!(Gap >= 0 && double.IsFinite(Gap))) throw new ArgumentException($"PictureStrip: a gap of {Gap} pixels; a finite number of at least 0 is needed.");
        if (columns * PitchX <= 10000 && Rows.Count * PitchY <= 10000) return;
        var many = $"{Rows.Count}×{columns} pictures are more than 10000 pixels wide or high";
        throw new ArgumentException($"PictureStrip: {many}; lower the scale or show fewer.");
    }
}
