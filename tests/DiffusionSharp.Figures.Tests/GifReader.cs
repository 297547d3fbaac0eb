namespace DiffusionSharp.Figures.Tests;

/// <summary>A small reader of GIF89a for the tests, written from the reader's side of the format: strings, not prefixes.</summary>
internal sealed class GifReader
{
    private readonly byte[] file;
    private int at;

    private GifReader(byte[] file) => this.file = file;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public int? Loops { get; private set; }

    public List<(int Delay, byte[] Rgb)> Frames { get; } = [];

    public static GifReader Read(byte[] file)
    {
        var gif = new GifReader(file);
        gif.Read();
        return gif;
    }

    private void Read()
    {
        Assert.Equal("GIF89a"u8.ToArray(), Take(6));
        (Width, Height) = (Word(), Word());
        var flags = Take(3)[0];
        Assert.True((flags & 0x80) != 0, "There is no global palette.");
        var palette = Take(3 << ((flags & 7) + 1));
        var delay = 0;
        while (true)
        {
            var mark = Take(1)[0];
            if (mark == 0x3B) break;
            if (mark == 0x21)
            {
                var label = Take(1)[0];
                var blocks = Blocks();
                if (label == 0xF9) delay = blocks[1] | (blocks[2] << 8);
                if (label == 0xFF) Loops = blocks[12] | (blocks[13] << 8);
            }
            else
            {
                Assert.Equal(0x2C, mark);
                Assert.Equal((0, 0, Width, Height), (Word(), Word(), Word(), Word()));
                Assert.Equal(0, Take(1)[0]);
                var bits = Take(1)[0];
                var indices = Decode(Blocks(), bits);
                Assert.Equal(Width * Height, indices.Count);
                Frames.Add((delay, indices.SelectMany(i => palette[(3 * i)..((3 * i) + 3)]).ToArray()));
            }
        }

        Assert.Equal(file.Length, at);
    }

    private static List<byte> Decode(byte[] data, int bits)
    {
        var (clear, end) = (1 << bits, (1 << bits) + 1);
        var pixels = new List<byte>();
        var table = new List<byte[]>();
        var size = bits + 1;
        byte[]? previous = null;
        var bit = 0;
        while (true)
        {
            var code = 0;
            for (var i = 0; i < size; i++, bit++) code |= ((data[bit / 8] >> (bit % 8)) & 1) << i;
            if (code == end)
            {
                Assert.Equal((bit + 7) / 8, data.Length);
                return pixels;
            }

            if (code == clear)
            {
                table.Clear();
                for (var i = 0; i < clear + 2; i++) table.Add(i < clear ? [(byte)i] : []);
                (size, previous) = (bits + 1, null);
                continue;
            }

            Assert.True(code < table.Count || (code == table.Count && previous != null), $"Code {code} is not known yet.");
            var text = code < table.Count ? table[code] : [.. previous!, previous![0]];
            pixels.AddRange(text);
            if (previous != null && table.Count < 4096) table.Add([.. previous, text[0]]);
            if (table.Count == 1 << size && size < 12) size++;
            previous = text;
        }
    }

    private byte[] Blocks()
    {
        var all = new List<byte>();
        for (var length = Take(1)[0]; length != 0; length = Take(1)[0]) all.AddRange(Take(length));
        return [.. all];
    }

    private int Word() => Take(1)[0] | (Take(1)[0] << 8);

    private byte[] Take(int count) => file[at..(at += count)];
}
