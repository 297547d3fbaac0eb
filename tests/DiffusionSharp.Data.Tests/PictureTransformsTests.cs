using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Tests;

public sealed class PictureTransformsTests
{
    [Fact]
    public void A_constant_picture_stays_constant_at_every_size()
    {
        var picture = new Picture(7, 5, 3, [.. Enumerable.Repeat<byte>(201, 105)]);
        foreach (var (height, width) in new[] { (1, 1), (3, 4), (7, 5), (20, 31) })
            Assert.All(PictureTransforms.Resize(picture, height, width).Pixels.ToArray(), v => Assert.Equal(201, v));
    }

    [Fact]
    public void Halving_takes_the_triangle_of_weights_one_three_three_one()
    {
        // A line of 8 pixels with one bright: at scale 2 the triangle reaches 1½ and ½ pixels from the centre, weights 1, 3, 3, 1 of 8.
        var picture = new Picture(1, 8, 1, [0, 0, 0, 240, 0, 0, 0, 0]);
        Assert.Equal([0, 90, 30, 0], PictureTransforms.Resize(picture, 1, 4).Pixels.ToArray());
    }

    [Fact]
    public void Doubling_interpolates_linearly()
    {
        var picture = new Picture(2, 1, 1, [0, 200]);
        Assert.Equal([0, 50, 150, 200], PictureTransforms.Resize(picture, 4, 1).Pixels.ToArray());
    }

    [Fact]
    public void A_square_is_cut_from_the_middle()
    {
        var picture = new Picture(2, 4, 1, [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal([2, 3, 6, 7], PictureTransforms.ToSquare(picture, 2).Pixels.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureTransforms.Crop(picture, 1, 0, 2, 4));
    }

    [Theory]
    [InlineData(new byte[] { 255, 0, 0 }, 1, new byte[] { 76 })]
    [InlineData(new byte[] { 90 }, 3, new byte[] { 90, 90, 90 })]
    [InlineData(new byte[] { 90 }, 4, new byte[] { 90, 90, 90, 255 })]
    [InlineData(new byte[] { 10, 20, 30, 0 }, 3, new byte[] { 255, 255, 255 })]
    [InlineData(new byte[] { 0, 0, 0, 51 }, 3, new byte[] { 204, 204, 204 })]
    [InlineData(new byte[] { 0, 51 }, 1, new byte[] { 204 })]
    [InlineData(new byte[] { 9, 51 }, 4, new byte[] { 9, 9, 9, 51 })]
    [InlineData(new byte[] { 255, 255, 255, 7 }, 2, new byte[] { 255, 7 })]
    public void Channels_are_converted(byte[] from, int channels, byte[] expected) =>
        Assert.Equal(expected, PictureTransforms.ToChannels(new Picture(1, 1, from.Length, from), channels).Pixels.ToArray());
}
