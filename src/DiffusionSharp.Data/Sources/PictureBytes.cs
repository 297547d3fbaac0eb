namespace DiffusionSharp.Data.Sources;

/// <summary>The one map from bytes to values: 0 is −1, 255 is 1.</summary>
internal static class PictureBytes
{
    /// <summary>The most bytes that a source keeps in memory: 1 GiB.</summary>
    public const long CacheLimit = 1 << 30;

    public static void ToValues(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (bytes[i] / 127.5f) - 1;
    }
}
