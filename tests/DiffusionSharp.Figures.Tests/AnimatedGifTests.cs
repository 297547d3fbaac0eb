using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

public sealed class AnimatedGifTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(64, 64)]
    [InlineData(150, 131)] // noise fills the table of 4096 codes several times
    public void Grey_frames_come_back_exactly(int height, int width)
    {
        var noise = Noise(height, width, 1, seed: 1);
        var flat = new Picture(height, width, 1, new byte[height * width]);
        var gif = Written([noise, flat], [4, 250]);
        Assert.Equal((width, height, 0), (gif.Width, gif.Height, gif.Loops));
        Assert.Equal([4, 250], gif.Frames.Select(f => f.Delay));
        Assert.Equal(noise.Pixels.ToArray(), gif.Frames[0].Rgb.Where((_, i) => i % 3 == 0));
        Assert.All(gif.Frames[1].Rgb, b => Assert.Equal(0, b));
    }

    [Fact]
    public void Every_length_of_noise_ends_at_the_width_the_reader_expects()
    {
        // The end mark's width depends on how many codes were learnt: sweep over the growth from 9 to 10 bits.
        for (var width = 240; width < 270; width++)
        {
            var noise = Noise(1, width, 1, seed: 2);
            Assert.Equal(noise.Pixels.ToArray(), Written([noise], [10]).Frames[0].Rgb.Where((_, i) => i % 3 == 0));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(256)]
    public void Up_to_256_colours_are_kept_exactly(int count)
    {
        var pixels = new byte[3 * 32 * 32];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((((i / 3) * 7 % count) * (3 + (i % 3))) ^ (i % 3 * 91));
        var picture = new Picture(32, 32, 3, pixels);
        Assert.Equal(pixels, Written([picture], [10]).Frames[0].Rgb);
    }

    [Fact]
    public void A_smooth_colour_picture_keeps_its_colours_within_a_few_levels()
    {
        // A plane through the colour cube: with 256 entries the cells are about 16 levels wide, so the error is about 5.
        var pixels = new byte[3 * 128 * 128];
        for (var i = 0; i < 128 * 128; i++)
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)(2 * (i % 128)), (byte)(2 * (i / 128)), (byte)(255 - (i % 128) - (i / 128)));
        var back = Written([new Picture(128, 128, 3, pixels)], [10]).Frames[0].Rgb;
        var square = 0.0;
        for (var i = 0; i < pixels.Length; i++) square += (double)(pixels[i] - back[i]) * (pixels[i] - back[i]);
        var rms = Math.Sqrt(square / pixels.Length);
        Assert.InRange(rms, 1, 5);
    }

    [Fact]
    public void One_palette_serves_all_frames_and_the_same_frames_give_the_same_bytes()
    {
        Picture[] frames = [Noise(20, 20, 3, 3), Noise(20, 20, 3, 4), Noise(20, 20, 3, 5)];
        Assert.Equal(Bytes(frames, [5, 5, 90]), Bytes(frames, [5, 5, 90]));
        Assert.Equal(3, Written(frames, [5, 5, 90]).Frames.Count);
    }

    [Fact]
    public void The_last_frame_is_held_longer()
    {
        using var stream = new MemoryStream();
        AnimatedGif.Write(stream, [Noise(4, 4, 1, 0), Noise(4, 4, 1, 1), Noise(4, 4, 1, 2)]);
        Assert.Equal([8, 8, 200], GifReader.Read(stream.ToArray()).Frames.Select(f => f.Delay));
    }

    [Fact]
    public void Frames_that_differ_are_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => Bytes([Noise(4, 4, 1, 0), Noise(4, 5, 1, 0)], [5, 5]));
        Assert.StartsWith("AnimatedGif: frame 1 is 5×4×1, the first is 4×4×1; all must be alike.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Bytes([], []));
        Assert.Throws<ArgumentException>(() => Bytes([Noise(4, 4, 4, 0)], [5]));
        Assert.Throws<ArgumentException>(() => Bytes([Noise(4, 4, 1, 0)], [1]));
        Assert.Throws<ArgumentException>(() => Bytes([Noise(4, 4, 1, 0)], [70000]));
        Assert.Throws<ArgumentException>(() => Bytes([Noise(4, 4, 1, 0)], [5, 5]));
    }

    private static Picture Noise(int height, int width, int channels, ulong seed)
    {
        var pixels = new byte[height * width * channels];
        var state = (seed * 0x9E3779B97F4A7C15) + 1;
        foreach (ref var p in pixels.AsSpan())
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            p = (byte)(state >> 56);
        }

        return new Picture(height, width, channels, pixels);
    }

    private static byte[] Bytes(Picture[] frames, int[] delays)
    {
        using var stream = new MemoryStream();
        AnimatedGif.Write(stream, frames, delays);
        return stream.ToArray();
    }

    private static GifReader Written(Picture[] frames, int[] delays) => GifReader.Read(Bytes(frames, delays));
}
