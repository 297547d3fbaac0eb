namespace DiffusionSharp.Data.Tests;

/// <summary>A folder of a test's own, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("diffusionsharp-data-").FullName;

    public string this[params string[] parts] => Path.GetFullPath(Path.Combine([root, .. parts]));

    public string Write(string name, byte[] bytes)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
