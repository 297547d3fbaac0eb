using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

public sealed class PictureSheetTests
{
    [Fact]
    public void A_grid_is_near_square_and_fills_row_by_row()
    {
        // Five pictures of one pixel, levels 0, 51, …, 204: three columns, two rows, the sixth place is background.
        var batch = Tensor.Create([5, 1, 1, 1], v => { for (var i = 0; i < 5; i++) v[i] = (i * 51 / 127.5) - 1; });
        var sheet = PictureSheet.Grid(batch, margin: 1, background: 9);
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
        var strip = PictureSheet.Strip([noise, half, done], margin: 0);
        Assert.Equal((2, 3), (strip.Height, strip.Width));
        Assert.Equal<byte[]>([0, 0, 255, 0, 255, 255], strip.Pixels.ToArray());
        Assert.Equal(1, PictureSheet.Strip([noise, half], samples: 1, margin: 0).Height);
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
}
