namespace DiffusionSharp.Cli.Tests;

/// <summary>An empty folder that goes when the test does.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("diffusion-cli-").FullName;

    public string Path { get; }

    public string this[string name, params string[] below] => System.IO.Path.Combine([Path, name, .. below]);

    public string Write(string name, byte[] bytes)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
