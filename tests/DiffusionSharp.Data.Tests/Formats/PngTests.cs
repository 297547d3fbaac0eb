using System.Buffers.Binary;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Tests.Formats;

public sealed class PngTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<int, int, bool> AllKinds
    {
        get
        {
            var data = new TheoryData<int, int, bool>();
            foreach (var (type, depths) in new[] { (0, new[] { 1, 2, 4, 8, 16 }), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]) })
            {
                foreach (var depth in depths)
                {
                    data.Add(type, depth, false);
                    data.Add(type, depth, true);
                }
            }

            return data;
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Every_colour_type_depth_and_interlace_decodes_to_the_pixels_that_were_meant(int type, int depth, bool interlace)
    {
        var largest = (1 << depth) - 1;
        foreach (var (width, height) in new[] { (1, 1), (3, 2), (5, 9), (8, 8), (33, 17) })
        {
            int Value(int y, int x, int c) => (int)(new Rng(5).Bits((ulong)((((y * 40) + x) * 4) + c)) % (ulong)(largest + 1));
            var palette = type == 3 ? Enumerable.Range(0, (largest + 1) * 3).Select(i => (byte)(i * 7)).ToArray() : null;
            var picture = Png.Decode(SlowPng.Encode(width, height, type, depth, interlace, Value, palette), "test");
            var channels = type == 3 ? 3 : SlowPng.Samples(type);
            Assert.Equal((height, width, channels), (picture.Height, picture.Width, picture.Channels));
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    for (var c = 0; c < channels; c++)
                    {
                        var expected = type == 3 ? palette![(3 * Value(y, x, 0)) + c] : (int)Math.Round(Value(y, x, c) * 255.0 / largest, MidpointRounding.AwayFromZero);
                        Assert.Equal(expected, picture.Pixels[(((y * width) + x) * channels) + c]);
                    }
        }
    }

    [Fact]
    public void Transparency_becomes_an_alpha_channel()
    {
        // The key colour is compared at full depth: 0x1234 is transparent, 0x1235, of the same byte, is not.
        var grey = Png.Decode(SlowPng.Encode(2, 1, 0, 16, false, (_, x, _) => 0x1234 + x, transparency: [0x12, 0x34]), "test");
        Assert.Equal([0x12, 0, 0x12, 255], grey.Pixels.ToArray());
        var rgb = Png.Decode(SlowPng.Encode(2, 1, 2, 8, false, (_, x, c) => x + c, transparency: [0, 0, 0, 1, 0, 2]), "test");
        Assert.Equal([0, 1, 2, 0, 1, 2, 3, 255], rgb.Pixels.ToArray());
        var palette = Png.Decode(SlowPng.Encode(3, 1, 3, 2, false, (_, x, _) => x, [9, 8, 7, 6, 5, 4], [77]), "test");
        Assert.Equal([9, 8, 7, 77, 6, 5, 4, 255, 0, 0, 0, 255], palette.Pixels.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_written_is_read_back_and_always_the_same_bytes(int channels)
    {
        foreach (var (width, height) in new[] { (1, 1), (7, 3), (64, 40) })
        {
            var pixels = new byte[width * height * channels];
            for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i / channels % width * 3) + new Rng(1).Integer(9, (ulong)i));
            var picture = new Picture(height, width, channels, pixels);
            var path = folder["x.png"];
            Png.Write(path, picture);
            var read = Png.Read(path);
            Assert.Equal((height, width, channels), (read.Height, read.Width, read.Channels));
            Assert.Equal(pixels, read.Pixels.ToArray());
            Assert.Equal(Png.Encode(picture), File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void A_file_of_known_bytes_is_read()
    {
        // One red pixel, 8-bit RGB, as written by another tool.
        var bytes = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC");
        Assert.Equal([255, 0, 0], Png.Decode(bytes, "test").Pixels.ToArray());
    }

    [Fact]
    public void A_picture_cut_anywhere_is_refused()
    {
        var bytes = Sample();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<DataException>(() => Png.Decode(bytes[..length], "test"));
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused()
    {
        // Each bit of the file is under the signature, a length or a checksum.
        var bytes = Sample();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<DataException>(() => Png.Decode(damaged, "test"));
        }
    }

    [Fact]
    public void Damage_behind_valid_checksums_is_refused_or_decoded_but_never_crashes()
    {
        var random = new RandomSequence(new Rng(3));
        var refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            var (type, depth) = new[] { (0, 1), (0, 16), (2, 8), (3, 2), (6, 8) }[random.Integer(5)];
            var bytes = SlowPng.Encode(6, 5, type, depth, random.Integer(2) == 0, (y, x, c) => (y + x + c) & ((1 << depth) - 1), type == 3 ? new byte[12] : null);
            for (var i = random.Integer(3); i >= 0; i--) bytes[8 + random.Integer(bytes.Length - 8)] = (byte)random.Integer(256);
            try
            {
                var picture = Png.Decode(Reseal(bytes), "test");
                Assert.True(picture.Pixels.Length < 10_000_000);
            }
            catch (DataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2999);
    }

    [Theory]
    [InlineData(100000, 100000, 2, 8, "are the limit")]
    [InlineData(int.MaxValue, int.MaxValue, 6, 16, "are the limit")]
    [InlineData(20000, 10000, 2, 8, "cannot hold")]
    [InlineData(0, 5, 2, 8, "not between")]
    [InlineData(-1, 5, 2, 8, "not between")]
    [InlineData(5, 5, 2, 4, "not in the format")]
    [InlineData(5, 5, 7, 8, "not in the format")]
    [InlineData(6, 6, 3, 8, "palette is missing")]
    public void A_header_that_lies_is_refused_before_anything_is_allocated(int width, int height, int type, int depth, string problem)
    {
        var bytes = Sample();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        (bytes[24], bytes[25]) = ((byte)depth, (byte)type);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<DataException>(() => Png.Decode(Reseal(bytes), "hostile.png"));
        Assert.StartsWith("hostile.png: not a PNG picture that can be read: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(2, "truncated")]
    [InlineData(5, "more picture data")]
    public void Too_little_and_too_much_data_are_refused(int rows, string problem)
    {
        var bytes = Sample();
        byte[] file = [.. bytes[..33], .. SlowPng.Chunk("IDAT", SlowPng.Deflate(new byte[rows * 13])), .. SlowPng.Chunk("IEND", [])];
        Assert.Contains(problem, Assert.Throws<DataException>(() => Png.Decode(file, "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_whose_own_sum_is_wrong_is_refused()
    {
        var data = SlowPng.Deflate(new byte[3 * 13]);
        data[^1] ^= 1;
        byte[] file = [.. Sample()[..33], .. SlowPng.Chunk("IDAT", data), .. SlowPng.Chunk("IEND", [])];
        Assert.Contains("compressed data is damaged", Assert.Throws<DataException>(() => Png.Decode(file, "test")).Message, StringComparison.Ordinal);
    }

    // 4×3 RGB.
    private static byte[] Sample() => Png.Encode(new Picture(3, 4, 3, [.. Enumerable.Range(0, 36).Select(i => (byte)(i * i))]));

    // Recomputes the checksum of each chunk whose length is believable.
    private static byte[] Reseal(byte[] bytes)
    {
        for (var at = 8; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (length > bytes.Length - at - 12) break;
            var chunk = SlowPng.Chunk(string.Concat(bytes[(at + 4)..(at + 8)].Select(b => (char)b)), bytes[(at + 8)..(at + 8 + (int)length)]);
            chunk.CopyTo(bytes, at);
            at += chunk.Length;
        }

        return bytes;
    }
}
