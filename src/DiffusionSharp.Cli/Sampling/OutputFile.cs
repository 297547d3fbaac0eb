using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Finds out before long work whether its result can be written.</summary>
internal static class OutputFile
{
    /// <summary>Makes a folder where it is missing and tries to make a file in it.</summary>
    /// <exception cref="UsageException">Nothing can be written there.</exception>
    public static void CheckFolder(string path) => Check(Path.Combine(path, ".diffusion-check"));

    /// <summary>Makes missing folders and tries to make a file.</summary>
    /// <exception cref="UsageException">The path is a folder, or nothing can be written there.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new UsageException($"--out: {path} is a folder, a file was expected.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // Opened for appending: a file that is there keeps its content, and one that is not is removed again.
            var existed = File.Exists(path);
            new FileStream(path, FileMode.Append, FileAccess.Write).Dispose();
            if (!existed) File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"--out: {path} cannot be written: {error.Message}");
        }
    }
}
