using DiffusionSharp.Cli.Grammar;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Finds out before long work whether its result can be written.</summary>
internal static class OutputFile
{
    /// <summary>Makes missing folders and tries to make a file.</summary>
    /// <exception cref="UsageException">The path is a folder, or nothing can be written there.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new UsageException($"--out: {path} is a folder, a file was expected.");
        var probe = path + ".tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"--out: {path} cannot be written: {error.Message}");
        }
    }
}
