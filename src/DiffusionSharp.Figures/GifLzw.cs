namespace DiffusionSharp.Figures;

/// <summary>The compression of GIF: LZW with codes that grow from b + 1 to 12 bits, cut into blocks of 255 bytes.</summary>
/// <remarks>Welch 1984, "A technique for high-performance data compression"; bit order and resets as in GIF89a, appendix F.</remarks>
internal static class GifLzw
{
    private const int MaxCodes = 4096;

    /// <summary>Writes palette indices, each below 2^bits, as one image's data.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> indices, int bits)
    {
        var clear = 1 << bits;
        var (next, size) = (clear + 2, bits + 1);
        var longer = new Dictionary<int, int>(MaxCodes); // (known string, next index) → code of the longer string
        var output = new BlockWriter(stream);

        stream.WriteByte((byte)bits);
        output.Put(clear, size);
        var code = (int)indices[0];
        foreach (var index in indices[1..])
        {
            var key = (code << 8) | index;
            if (longer.TryGetValue(key, out var extended))
            {
                code = extended;
                continue;
            }

            output.Put(code, size);
            if (next < MaxCodes)
            {
                // A code of 2^size does not fit the present width: from the next code on, one bit more.
                if (next == 1 << size) size++;
                longer.Add(key, next++);
            }
            else
            {
                output.Put(clear, size);
                longer.Clear();
                (next, size) = (clear + 2, bits + 1);
            }

            code = index;
        }

        output.Put(code, size);
        // The reader has by now learnt one more code, so its width may have grown; the end mark must follow it.
        if (next < MaxCodes && next == 1 << size) size++;
        output.Put(clear + 1, size);
        output.Close();
    }

    /// <summary>Packs codes least significant bit first into blocks that carry their length.</summary>
    private sealed class BlockWriter(Stream stream)
    {
        private readonly byte[] block = new byte[256];
        private int filled;
        private uint pending;
        private int pendingBits;

        public void Put(int code, int size)
        {
            pending |= (uint)code << pendingBits;
            pendingBits += size;
            for (; pendingBits >= 8; pendingBits -= 8, pending >>= 8) PutByte((byte)pending);
        }

        public void Close()
        {
            if (pendingBits > 0) PutByte((byte)pending);
            Flush();
            stream.WriteByte(0);
        }

        private void PutByte(byte value)
        {
            block[++filled] = value;
            if (filled == 255) Flush();
        }

        private void Flush()
        {
            if (filled == 0) return;
            block[0] = (byte)filled;
            stream.Write(block, 0, filled + 1);
            filled = 0;
        }
    }
}
