namespace DiffusionSharp.Data.Formats;

/// <summary>What is known of data compressed by deflate before it is inflated.</summary>
internal static class Deflate
{
    /// <summary>The most bytes that so many compressed ones can hold: deflate cannot shrink by more than about 1032 to 1.</summary>
    /// <param name="compressed">Bytes, 0 or more.</param>
    public static long MostBytes(long compressed) => compressed > long.MaxValue / 1040 ? long.MaxValue : compressed * 1040;
}
