namespace DiffusionSharp.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("diffusionsharp-").FullName;

    /// <summary>A path below the folder.</summary>
    public string this[params string[] parts] => Path.Combine([path, .. parts]);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
