using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Lays pictures out on one sheet: a batch as a near-square grid, a denoising run as a strip.</summary>
/// <remarks>
/// Values are in [−1, 1] (−1 black, 1 white); what lies outside is clipped and NaN is black. One channel is grey, three are RGB.
/// Small pictures are magnified by <see cref="NaturalScale"/> unless a scale is given. Labels stand left of their rows, the longest room for 20 letters.
/// </remarks>
public static class PictureSheet
{
    // What the eye takes in at arm's length; smaller pictures are magnified.
    private const int VisibleSide = 56;

    /// <summary>How often a pixel is repeated in both directions so that a picture can be seen.</summary>
    /// <remarks>The smallest whole number that makes its shorter side 56 pixels or more: 2 for 28 × 28, 7 for 8 × 8, 1 from 56 on.</remarks>
    /// <param name="height">Rows of the picture, at least 1.</param>
    /// <param name="width">Columns of the picture, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 1.</exception>
    public static int NaturalScale(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var side = Math.Min(height, width);
        return (VisibleSide + side - 1) / side;
    }

    /// <summary>A batch as one grid, filled row by row; places left over show the background.</summary>
    /// <param name="batch">[N, H, W, C] in [−1, 1], C = 1 or 3.</param>
    /// <param name="columns">Pictures in a row; by default ⌈√N⌉.</param>
    /// <param name="margin">Background between and around pictures, in pixels of the sheet.</param>
    /// <param name="background">Grey level of the background, 0 to 255.</param>
    /// <param name="scale">How often each pixel is repeated in both directions; by default <see cref="NaturalScale"/>.</param>
    /// <param name="rowLabels">A label left of each row, as many as rows; by default none. Long ones are cut.</param>
    /// <exception cref="ArgumentException">The batch is empty or no picture batch, or an option is out of its range.</exception>
    public static Picture Grid(
        FloatTensor batch,
        int? columns = null,
        int margin = 2,
        byte background = 255,
        int? scale = null,
        IReadOnlyList<string>? rowLabels = null) =>
        Grid(Pictures(batch, "Grid"), columns, margin, background, scale, rowLabels);

    /// <inheritdoc cref="Grid(FloatTensor, int?, int, byte, int?, IReadOnlyList{string}?)"/>
    public static Picture Grid(
        Tensor batch,
        int? columns = null,
        int margin = 2,
        byte background = 255,
        int? scale = null,
        IReadOnlyList<string>? rowLabels = null) =>
        Grid(batch.ToFloat(), columns, margin, background, scale, rowLabels);

    /// <summary>Pictures of one size as one grid, filled row by row.</summary>
    /// <param name="pictures">At least one, all of the same height, width and channels.</param>
    /// <param name="columns">Pictures in a row; by default ⌈√N⌉.</param>
    /// <param name="margin">Background between and around pictures, in pixels of the sheet.</param>
    /// <param name="background">Grey level of the background, 0 to 255.</param>
    /// <param name="scale">How often each pixel is repeated in both directions; by default <see cref="NaturalScale"/>.</param>
    /// <param name="rowLabels">A label left of each row, as many as rows; by default none. Long ones are cut.</param>
    /// <exception cref="ArgumentException">There is no picture, pictures differ in size, or an option is out of its range.</exception>
    public static Picture Grid(
        IReadOnlyList<Picture> pictures,
        int? columns = null,
        int margin = 2,
        byte background = 255,
        int? scale = null,
        IReadOnlyList<string>? rowLabels = null)
    {
        if (pictures.Count == 0) throw new ArgumentException("Grid: there is no picture to lay out; give at least one.", nameof(pictures));
        if (columns is <= 0) throw new ArgumentException($"Grid: {columns} columns; at least 1 is needed.", nameof(columns));
        var across = Math.Min(columns ?? (int)Math.Ceiling(Math.Sqrt(pictures.Count)), pictures.Count);
        return Place(pictures, across, margin, background, scale, rowLabels, "Grid");
    }

    /// <summary>A denoising strip: one row for each sample, one column for each moment.</summary>
    /// <param name="moments">The batch at each moment, each [N, H, W, C] in [−1, 1], all of one shape.</param>
    /// <param name="samples">How many rows to show, the first of the batch; by default all.</param>
    /// <param name="margin">Background between and around pictures, in pixels of the sheet.</param>
    /// <param name="background">Grey level of the background, 0 to 255.</param>
    /// <param name="scale">How often each pixel is repeated in both directions; by default <see cref="NaturalScale"/>.</param>
    /// <param name="rowLabels">A label left of each row, as many as rows; by default none. Long ones are cut.</param>
    /// <exception cref="ArgumentException">There is no moment, batches differ in shape, or an option is out of its range.</exception>
    public static Picture Strip(
        IReadOnlyList<Tensor> moments,
        int? samples = null,
        int margin = 2,
        byte background = 255,
        int? scale = null,
        IReadOnlyList<string>? rowLabels = null)
    {
        if (moments.Count == 0) throw new ArgumentException("Strip: there is no moment to show; give at least one batch.", nameof(moments));
        var shape = moments[0].Shape;
        if (moments.FirstOrDefault(m => m.Shape != shape) is { } odd)
            throw new ArgumentException($"Strip: batches differ in shape, {shape} and {odd.Shape}.", nameof(moments));
        var columns = moments.Select(m => Pictures(m.ToFloat(), "Strip")).ToArray();
        var rows = samples ?? columns[0].Length;
        if (rows <= 0 || rows > columns[0].Length)
            throw new ArgumentException($"Strip: {rows} samples were asked for, the batch {shape} has {columns[0].Length}.", nameof(samples));
        var ordered = new List<Picture>(rows * columns.Length);
        for (var row = 0; row < rows; row++)
            foreach (var column in columns) ordered.Add(column[row]);
        return Place(ordered, columns.Length, margin, background, scale, rowLabels, "Strip");
    }

    /// <summary>A batch as pictures, one for each sample.</summary>
    /// <param name="batch">[N, H, W, C] in [−1, 1], C = 1 or 3.</param>
    /// <exception cref="ArgumentException">The batch is empty or no picture batch.</exception>
    public static IReadOnlyList<Picture> Pictures(FloatTensor batch) => Pictures(batch, "Pictures");

    /// <summary>A picture with each pixel repeated <paramref name="scale"/> times in both directions (nearest neighbour).</summary>
    /// <param name="picture">Any size and channels.</param>
    /// <param name="scale">Pixels of the result, across and down, for one of the picture; 1 or more.</param>
    /// <exception cref="ArgumentException">The scale is less than 1.</exception>
    public static Picture Enlarge(Picture picture, int scale) => Place([picture], 1, 0, 0, scale, null, "Enlarge");

    private static Picture[] Pictures(FloatTensor batch, string operation)
    {
        var shape = batch.Shape;
        if (shape.Rank != 4 || shape.Count == 0 || shape[3] is not (1 or 3))
            throw new ArgumentException($"{operation}: expected pictures [N, H, W, C] with C = 1 or 3 and at least one value, got {shape}.", nameof(batch));
        var size = shape.Tail().Count;
        var pictures = new Picture[shape[0]];
        for (var n = 0; n < pictures.Length; n++) pictures[n] = Picture.FromValues(batch.Values.Slice(n * size, size), shape[1], shape[2], shape[3]);
        return pictures;
    }

    private static Picture Place(
        IReadOnlyList<Picture> pictures,
        int columns,
        int margin,
        byte background,
        int? magnification,
        IReadOnlyList<string>? labels,
        string operation)
    {
        if (margin < 0) throw new ArgumentException($"{operation}: a margin of {margin} pixels; at least 0 is needed.", nameof(margin));
        if (magnification < 1) throw new ArgumentException($"{operation}: a scale of {magnification}; at least 1 is needed.", nameof(magnification));
        var (h, w, c) = (pictures[0].Height, pictures[0].Width, pictures[0].Channels);
        if (pictures.FirstOrDefault(p => (p.Height, p.Width, p.Channels) != (h, w, c)) is { } odd)
            throw new ArgumentException($"{operation}: pictures differ, {w}×{h}×{c} and {odd.Width}×{odd.Height}×{odd.Channels}.", nameof(pictures));

        var scale = magnification ?? NaturalScale(h, w);
        var rows = (pictures.Count + columns - 1) / columns;
        if (labels is { Count: var count } && count != rows)
            throw new ArgumentException($"{operation}: {count} labels for {rows} rows; each row needs one.", nameof(labels));
        var names = labels is null ? null : RowLabels.For(labels, (long)h * scale, margin);
        var height = margin + (rows * (((long)h * scale) + margin));
        var width = margin + (names?.Width ?? 0) + (columns * (((long)w * scale) + margin));
        if (height > int.MaxValue || width > int.MaxValue || height * width > Array.MaxLength / c)
        {
            var sheetSize = $"a sheet of {width}×{height} pixels is too large";
            throw new ArgumentException($"{operation}: {sheetSize}; lower the scale or show fewer pictures.", nameof(pictures));
        }

        var sheet = new byte[height * width * c];
        Array.Fill(sheet, background);
        for (var n = 0; n < pictures.Count; n++)
        {
            var top = margin + (n / columns * ((h * scale) + margin));
            var left = margin + (names?.Width ?? 0) + (n % columns * ((w * scale) + margin));
            for (var y = 0; y < h * scale; y++)
            {
                var source = pictures[n].Pixels.Slice(y / scale * w * c, w * c);
                var target = sheet.AsSpan((((top + y) * (int)width) + left) * c, w * scale * c);
                for (var x = 0; x < w * scale; x++) source.Slice(x / scale * c, c).CopyTo(target[(x * c)..]);
            }
        }

        names?.Draw(sheet, (int)width, c, background, margin, (h * scale) + margin);
        return new Picture((int)height, (int)width, c, sheet);
    }
}
