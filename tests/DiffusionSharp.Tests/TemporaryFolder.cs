namespace DiffusionSharp.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("diffusionsharp-").FullName;

    /// <summary>A path below the folder, its parts joined by /.</summary>
    public string this[string below] => Path.Combine([path, .. below.Split('/')]);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
