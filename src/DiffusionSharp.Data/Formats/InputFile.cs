using Microsoft.Win32.SafeHandles;

namespace DiffusionSharp.Data.Formats;

/// <summary>Opens files from outside; what the system refuses becomes one clear line.</summary>
internal static class InputFile
{
    /// <summary>Opens for reading.</summary>
    /// <exception cref="DataException">The file is missing, a folder, or may not be read.</exception>
    public static SafeFileHandle OpenHandle(string path) =>
        Guard(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));

    /// <inheritdoc cref="OpenHandle"/>
    public static FileStream OpenStream(string path) =>
        Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16));

    /// <summary>The whole file.</summary>
    /// <param name="path">File.</param>
    /// <param name="limit">The largest length in bytes that is read.</param>
    /// <exception cref="DataException">The file cannot be read or is longer than the limit.</exception>
    public static byte[] ReadAll(string path, int limit)
    {
        using var handle = OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length > limit) throw new DataException($"{path}: {length} bytes, at most {limit} are read.");
        var bytes = new byte[length];
        ReadExactly(path, handle, bytes, 0);
        return bytes;
    }

    /// <summary>Fills a buffer from an offset.</summary>
    /// <exception cref="DataException">The file ends first.</exception>
    public static void ReadExactly(string path, SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, buffer, offset);
            }
            catch (IOException error)
            {
                throw new DataException($"{path} could not be read: {error.Message}");
            }

            if (read == 0)
            {
                var missing = $"{path} ended at byte {offset}, {buffer.Length} more were expected";
                throw new DataException($"{missing}: it is truncated, or was changed while being read.");
            }

            buffer = buffer[read..];
            offset += read;
        }
    }

    private static T Guard<T>(string path, Func<T> open)
    {
        if (string.IsNullOrEmpty(path)) throw new DataException("A file was expected, an empty path came.");
        if (Directory.Exists(path)) throw new DataException($"{path} is a folder, a file was expected.");
        try
        {
            return open();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"{path} was not found.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"{path} could not be opened: {error.Message}");
        }
    }
}
