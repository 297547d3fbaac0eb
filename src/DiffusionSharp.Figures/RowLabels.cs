namespace DiffusionSharp.Figures;

/// <summary>Labels left of the rows of a sheet, in the pixel face, as large as their rows allow.</summary>
internal sealed class RowLabels
{
    private const int MostLetters = 20, MostZoom = 3;
    private readonly IReadOnlyList<string> texts;
    private readonly long rowHeight;
    private readonly int zoom;

    private RowLabels(IReadOnlyList<string> texts, long rowHeight, int zoom, int gap) =>
        (this.texts, this.rowHeight, this.zoom, Width) = (texts, rowHeight, zoom, (texts.Max(PixelFont.Measure) * zoom) + gap);

    /// <summary>Columns of the sheet that they take, the gap to the pictures with them; nothing where no label has a letter.</summary>
    public int Width { get; }

    /// <summary>Lays labels out: 16 pixels high beside rows of 56, no less than 8 and no more than 24.</summary>
    /// <param name="labels">One for each row.</param>
    /// <param name="rowHeight">Pixels of a row, without margin.</param>
    /// <param name="margin">The sheet's margin, in pixels.</param>
    public static RowLabels For(IReadOnlyList<string> labels, long rowHeight, int margin)
    {
        var zoom = (int)Math.Clamp(rowHeight / 28, 1, MostZoom);
        var texts = labels.Select(l => PixelFont.Cut(l.Trim(), MostLetters)).ToArray();
        return new RowLabels(texts, rowHeight, zoom, texts.Any(t => t.Length > 0) ? Math.Max(4 * zoom, margin) : 0);
    }

    /// <summary>Draws them, flush right beside their rows, dark on a light ground and light on a dark one.</summary>
    /// <param name="sheet">The pixels, row by row.</param>
    /// <param name="width">Columns of the sheet.</param>
    /// <param name="channels">Bytes of a pixel.</param>
    /// <param name="background">Grey level of the ground.</param>
    /// <param name="margin">Left of the labels and above the first row.</param>
    /// <param name="pitch">From one row to the next.</param>
    public void Draw(byte[] sheet, int width, int channels, byte background, int margin, int pitch)
    {
        var ink = (byte)(background >= 128 ? 0x22 : 0xEE);
        var height = sheet.Length / channels / width;
        var colors = channels % 2 == 0 ? channels - 1 : channels; // the rest is alpha
        var right = texts.Max(PixelFont.Measure);
        for (var row = 0; row < texts.Count; row++)
        {
            // What stands on the line is centred, what hangs below it is not counted.
            var top = margin + (row * pitch) + ((int)(rowHeight - ((PixelFont.Height - 1) * zoom)) / 2);
            var left = margin + ((right - PixelFont.Measure(texts[row])) * zoom);
            foreach (var (x, y) in PixelFont.Pixels(texts[row]))
                for (var dot = 0; dot < zoom * zoom; dot++)
                {
                    // Beside rows lower than a letter its edge is lost.
                    var line = top + (y * zoom) + (dot / zoom);
                    if (line >= 0 && line < height) sheet.AsSpan(((line * width) + left + (x * zoom) + (dot % zoom)) * channels, colors).Fill(ink);
                }
        }
    }
}
