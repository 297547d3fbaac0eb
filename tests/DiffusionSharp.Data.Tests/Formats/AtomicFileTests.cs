using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Data.Tests.Formats;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        var path = folder.Write("x", [1, 2, 3]);
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100]);
            throw new IOException("No space left on device");
        }));
        Assert.Equal($"{path} could not be written: No space left on device", error.Message);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, _ => throw new InvalidOperationException()));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder["."]));
    }

    [Fact]
    public void A_full_disk_is_one_clear_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full stands for a full disk and is not here.");
        var path = folder["x"];
        File.CreateSymbolicLink(path + ".tmp", "/dev/full");
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(path, new byte[1 << 20]));
        Assert.StartsWith($"{path} could not be written: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder["."]));
    }

    [Fact]
    public void A_write_replaces_the_file_and_makes_its_folder()
    {
        var path = folder["a", "b", "x"];
        AtomicFile.Write(path, new byte[] { 1 });
        AtomicFile.Write(path, new byte[] { 2 });
        Assert.Equal([2], File.ReadAllBytes(path));
        Assert.Throws<IOException>(() => AtomicFile.Write(folder["a"], new byte[] { 3 }));
        Assert.Equal([folder["a"]], Directory.GetFileSystemEntries(folder["."]));
    }
}
