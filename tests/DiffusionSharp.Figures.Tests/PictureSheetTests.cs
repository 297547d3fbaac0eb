using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

public sealed class PictureSheetTests
{
    [Fact]
    public void A_grid_is_near_square_and_fills_row_by_row()
    {
        // Five pictures of one pixel, levels 0, 51, …, 204: three columns, two rows, the sixth place is background.
        var batch = Tensor.Create([5, 1, 1, 1], v => { for (var i = 0; i < 5; i++) v[i] = (i * 51 / 127.5) - 1; });
        var sheet = PictureSheet.Grid(batch, margin: 1, background: 9, scale: 1);
        Assert.Equal((5, 7, 1), (sheet.Height, sheet.Width, sheet.Channels));
        byte[] expected =
        [
            9, 9, 9, 9, 9, 9, 9,
            9, 0, 9, 51, 9, 102, 9,
            9, 9, 9, 9, 9, 9, 9,
            9, 153, 9, 204, 9, 9, 9,
            9, 9, 9, 9, 9, 9, 9,
        ];
        Assert.Equal(expected, sheet.Pixels.ToArray());
    }

    [Fact]
    public void Enlarging_repeats_each_pixel_in_both_directions()
    {
        var picture = new Picture(1, 2, 3, [1, 2, 3, 4, 5, 6]);
        var large = PictureSheet.Enlarge(picture, 2);
        Assert.Equal((2, 4, 3), (large.Height, large.Width, large.Channels));
        byte[] row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
        Assert.Equal([.. row, .. row], large.Pixels.ToArray());
    }

    [Fact]
    public void A_strip_shows_samples_in_rows_and_moments_in_columns()
    {
        var noise = new Tensor([2, 1, 1, 1], [-1, -1]);
        var half = new Tensor([2, 1, 1, 1], [-1, 1]);
        var done = new Tensor([2, 1, 1, 1], [1, 1]);
        var strip = PictureSheet.Strip([noise, half, done], margin: 0, scale: 1);
        Assert.Equal((2, 3), (strip.Height, strip.Width));
        Assert.Equal<byte[]>([0, 0, 255, 0, 255, 255], strip.Pixels.ToArray());
        Assert.Equal(1, PictureSheet.Strip([noise, half], samples: 1, margin: 0, scale: 1).Height);
    }

    [Fact]
    public void What_is_no_picture_batch_is_refused_with_its_shape()
    {
        var error = Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([4, 8, 8, 2])));
        Assert.StartsWith("Grid: expected pictures [N, H, W, C] with C = 1 or 3 and at least one value, got [4, 8, 8, 2].", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([0, 8, 8, 1])));
        Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([64])));
        Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([1, 1, 1, 1]), columns: 0));
        Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([1, 1, 1, 1]), margin: -1));
        Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([1, 1, 1, 1]), scale: 0));
        Assert.Throws<ArgumentException>(() => PictureSheet.Grid(Tensor.Zeros([1, 9, 9, 1]), scale: 100000));
        Assert.Throws<ArgumentException>(() => PictureSheet.Strip([Tensor.Zeros([1, 1, 1, 1]), Tensor.Zeros([2, 1, 1, 1])]));
        Assert.Throws<ArgumentException>(() => PictureSheet.Strip([Tensor.Zeros([1, 1, 1, 1])], samples: 2));
    }

    [Theory]
    [InlineData(28, 28, 2)]
    [InlineData(8, 8, 7)]
    [InlineData(32, 32, 2)]
    [InlineData(56, 56, 1)]
    [InlineData(55, 80, 2)]
    [InlineData(10, 200, 6)]
    [InlineData(256, 256, 1)]
    public void Small_pictures_are_magnified_by_the_smallest_number_that_makes_their_shorter_side_56_pixels(int height, int width, int scale)
    {
        Assert.Equal(scale, PictureSheet.NaturalScale(height, width));
        Assert.Equal(scale, PictureSheet.NaturalScale(width, height));
        var sheet = PictureSheet.Grid(Tensor.Zeros([2, height, width, 1]), margin: 0);
        Assert.Equal((height * scale, 2 * width * scale), (sheet.Height, sheet.Width));
        Assert.Equal(height, PictureSheet.Strip([Tensor.Zeros([1, height, width, 1])], margin: 0, scale: 1).Height);
    }

    [Fact]
    public void A_label_stands_left_of_its_row_letter_for_letter()
    {
        // Two rows of one picture of 9 × 9 at scale 1: the letters are 5 × 8 dots, flush right, four pixels from the picture.
        var sheet = PictureSheet.Grid(Tensor.Create([2, 9, 9, 1], v => v.Fill(1)), columns: 1, margin: 1, scale: 1, rowLabels: ["L1", "T"]);
        Assert.Equal((21, 1 + 11 + 4 + 9 + 1), (sheet.Height, sheet.Width));
        string[] first =
        [
            "#.......#..",
            "#......##..",
            "#.......#..",
            "#.......#..",
            "#.......#..",
            "#.......#..",
            "#####..###.",
        ];
        string[] second =
        [
            "......#####",
            "........#..",
            "........#..",
            "........#..",
            "........#..",
            "........#..",
            "........#..",
        ];
        Assert.Equal(first, Drawn(sheet, top: 2, left: 1, rows: 7, columns: 11));
        Assert.Equal(second, Drawn(sheet, top: 12, left: 1, rows: 7, columns: 11));
        Assert.All(Drawn(sheet, top: 0, left: 12, rows: 21, columns: 14), row => Assert.DoesNotContain('#', row));
    }

    [Fact]
    public void A_long_label_ends_in_an_ellipsis_and_takes_no_more_room_than_twenty_letters()
    {
        var batch = Tensor.Zeros([1, 56, 56, 3]);
        Picture With(string label) => PictureSheet.Grid(batch, rowLabels: [label]);
        Assert.Equal(With(new string('a', 20)).Width, With(new string('a', 30)).Width);
        Assert.Equal(With("Abcdefghijklmnopqrs…").Pixels.ToArray(), With("Abcdefghijklmnopqrstu").Pixels.ToArray());
        Assert.Equal(With("cafe").Pixels.ToArray(), With("café").Pixels.ToArray());
        Assert.Equal(With("\u718a").Pixels.ToArray(), With("\u732b").Pixels.ToArray());
        Assert.NotEqual(With("\u718a").Pixels.ToArray(), With(" ").Pixels.ToArray());
        Assert.Equal(PictureSheet.Grid(batch).Pixels.ToArray(), With("").Pixels.ToArray());
    }

    [Fact]
    public void Labels_are_light_on_a_dark_ground_and_as_many_as_rows()
    {
        var batch = Tensor.Create([2, 56, 56, 1], v => v.Fill(-1));
        Assert.Contains((byte)0xEE, PictureSheet.Grid(batch, columns: 1, background: 0, rowLabels: ["a", "b"]).Pixels.ToArray());
        Assert.Contains((byte)0x22, PictureSheet.Strip([batch], rowLabels: ["a", "b"]).Pixels.ToArray());
        var error = Assert.Throws<ArgumentException>(() => PictureSheet.Grid(batch, columns: 2, rowLabels: ["a", "b"]));
        Assert.StartsWith("Grid: 2 labels for 1 rows; each row needs one.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_with_labels_make_an_animation()
    {
        using var stream = new MemoryStream();
        Picture[] frames = [.. new[] { -1.0, 0, 1 }.Select(level => PictureSheet.Grid(Tensor.Create([2, 8, 8, 1], v => v.Fill(level)), columns: 1, rowLabels: ["cat", "dog"]))];
        AnimatedGif.Write(stream, frames);
        var read = GifReader.Read(stream.ToArray());
        Assert.Equal(3, read.Frames.Count);
    }

    private static string[] Drawn(Picture sheet, int top, int left, int rows, int columns) =>
        [.. Enumerable.Range(top, rows).Select(y => string.Concat(Enumerable.Range(left, columns).Select(x => sheet.Pixels[((y * sheet.Width) + x) * sheet.Channels] == 0x22 ? '#' : '.')))];
}
