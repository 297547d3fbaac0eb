namespace DiffusionSharp.Data.Formats;

/// <summary>Writes a file whole or not at all: beside the old one, flushed to the disk, then renamed over it.</summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> + ".tmp", flushes it to the disk and renames it. A missing folder is made.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="write">Writes the content; an exception in it leaves the old file untouched.</param>
    /// <exception cref="IOException">The disk is full, the folder may not be written, and the like; nothing half-written stays.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var temporary = path + ".tmp";
        var written = false;
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            if (folder is not null) Directory.CreateDirectory(folder);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            written = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            // The last is how the runtime reports a file beyond the limit of its user or its file system (EFBIG).
            throw new IOException($"{path} could not be written: {error.Message}", error);
        }
        finally
        {
            if (!written) Remove(temporary);
        }
    }

    /// <summary>Writes bytes whole or not at all; see <see cref="Write(string, Action{Stream})"/>.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="bytes">Its whole content.</param>
    /// <exception cref="IOException">The disk is full, the folder may not be written, and the like.</exception>
    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }
    }
}
