using System.Buffers.Binary;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Writes pictures as a looping animation in the GIF89a format.</summary>
/// <remarks>
/// Grey pictures keep all 256 levels exactly. RGB pictures share one palette of at most 256 colours for the whole
/// animation: exact where so many suffice, else cut by <see cref="GifPalette"/>; no dithering, which would flicker
/// from frame to frame and spoil compression. The same frames give the same bytes.
/// Source: CompuServe, "Graphics Interchange Format, version 89a", 1990; looping by the NETSCAPE2.0 application extension.
/// </remarks>
public static class AnimatedGif
{
    /// <summary>Writes frames that all stay for <paramref name="delay"/>, but the last for <paramref name="lastDelay"/>.</summary>
    /// <param name="stream">Where the file goes; it stays open.</param>
    /// <param name="frames">At least one picture, all of one size; 1 or 3 channels.</param>
    /// <param name="delay">Time of a frame in hundredths of a second, 2 to 65535.</param>
    /// <param name="lastDelay">Time of the last frame, long enough to be looked at: by default two seconds.</param>
    /// <exception cref="ArgumentException">There is no frame, frames differ in size or channels, or a delay is out of range.</exception>
    public static void Write(Stream stream, IReadOnlyList<Picture> frames, int delay = 8, int lastDelay = 200)
    {
        var delays = new int[frames.Count];
        Array.Fill(delays, delay);
        if (delays.Length > 0) delays[^1] = lastDelay;
        Write(stream, frames, delays);
    }

    /// <summary>Writes frames, each with a time of its own.</summary>
    /// <param name="stream">Where the file goes; it stays open.</param>
    /// <param name="frames">At least one picture, all of one size; 1 or 3 channels.</param>
    /// <param name="delays">For each frame, its time in hundredths of a second, 2 to 65535 (browsers slow down anything below 2).</param>
    /// <exception cref="ArgumentException">There is no frame, frames differ in size or channels, or a delay is out of range.</exception>
    public static void Write(Stream stream, IReadOnlyList<Picture> frames, IReadOnlyList<int> delays)
    {
        Check(frames, delays);
        var (height, width) = (frames[0].Height, frames[0].Width);
        var palette = frames[0].Channels == 1 ? GifPalette.Grey() : GifPalette.FromFrames(frames);

        Span<byte> screen = stackalloc byte[13];
        "GIF89a"u8.CopyTo(screen);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[6..], (ushort)width);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[8..], (ushort)height);
        screen[10] = (byte)(0x80 | 0x70 | (palette.Bits - 1)); // a global palette, 8 bits a primary, 2^bits entries
        stream.Write(screen);
        stream.Write(palette.Table);
        if (frames.Count > 1) stream.Write([0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0]); // 0: for ever

        var indices = new byte[height * width];
        Span<byte> head = stackalloc byte[18];
        for (var i = 0; i < frames.Count; i++)
        {
            head.Clear();
            (head[0], head[1], head[2], head[3]) = (0x21, 0xF9, 4, 1 << 2); // graphic control; leave the frame in place
            BinaryPrimitives.WriteUInt16LittleEndian(head[4..], (ushort)delays[i]);
            head[8] = 0x2C; // image descriptor: the whole screen, global palette
            BinaryPrimitives.WriteUInt16LittleEndian(head[13..], (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(head[15..], (ushort)height);
            stream.Write(head);
            palette.Index(frames[i], indices);
            GifLzw.Write(stream, indices, palette.Bits);
        }

        stream.WriteByte(0x3B);
    }

    private static void Check(IReadOnlyList<Picture> frames, IReadOnlyList<int> delays)
    {
        if (frames.Count == 0) throw new ArgumentException("AnimatedGif: there is no frame to write; give at least one picture.", nameof(frames));
        if (frames.Count != delays.Count)
            throw new ArgumentException($"AnimatedGif: {frames.Count} frames but {delays.Count} delays; each frame needs one.", nameof(delays));
        var first = frames[0];
        if (first.Channels is not (1 or 3))
            throw new ArgumentException($"AnimatedGif: frames have {first.Channels} channels; 1 (grey) or 3 (RGB) can be written.", nameof(frames));
        if (first.Height > ushort.MaxValue || first.Width > ushort.MaxValue)
            throw new ArgumentException($"AnimatedGif: frames are {first.Width}×{first.Height}; the format ends at 65535 pixels a side.", nameof(frames));
        for (var i = 0; i < frames.Count; i++)
        {
            var f = frames[i];
            if ((f.Height, f.Width, f.Channels) != (first.Height, first.Width, first.Channels))
            {
                var (own, others) = ($"{f.Width}×{f.Height}×{f.Channels}", $"{first.Width}×{first.Height}×{first.Channels}");
                throw new ArgumentException($"AnimatedGif: frame {i} is {own}, the first is {others}; all must be alike.", nameof(frames));
            }

            if (delays[i] is >= 2 and <= ushort.MaxValue) continue;
            var delay = $"frame {i} has a delay of {delays[i]} hundredths of a second";
            throw new ArgumentException($"AnimatedGif: {delay}; 2 to 65535 can be written.", nameof(delays));
        }
    }
}
