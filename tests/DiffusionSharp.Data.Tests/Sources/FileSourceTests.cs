using System.IO.Compression;
using System.Security.Cryptography;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Data.Tests.Sources;

public sealed class FileSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void MNIST_is_read_byte_for_byte()
    {
        var source = DataSource.Open(SharedFolder.Require("data", "mnist"));
        Assert.Equal((60000, 10), (source.Count, source.Classes));
        Assert.Equal<Shape>([28, 28, 1], source.SampleShape);
        Assert.Equal([5, 0, 4, 1, 9], Enumerable.Range(0, 5).Select(source.Label));

        // md5 names the file; nothing is kept secret by it.
#pragma warning disable CA5351
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        hash.AppendData([0, 0, 8, 3, 0, 0, 60000 >> 8, 60000 & 255, 0, 0, 0, 28, 0, 0, 0, 28]);
        var values = new float[784];
        for (var i = 0; i < source.Count; i++)
        {
            source.Read(i, values);
            hash.AppendData(Picture.FromValues(values, 28, 28, 1).Pixels);
        }

        Assert.Equal("6BBC9ACE898E44AE57DA46A324031ADB", Convert.ToHexString(hash.GetHashAndReset()));
        var test = DataSource.Open(SharedFolder.Require("data", "mnist"), new DataSourceOptions(Size: 32, Split: DataSplit.Test));
        Assert.Equal((10000, 7), (test.Count, test.Label(0)));
        Assert.Equal<Shape>([32, 32, 1], test.SampleShape);
    }

    [Fact]
    public void A_folder_of_photographs_has_a_class_for_each_sub_folder()
    {
        Assert.SkipUnless(Jpeg.IsAvailable, "libjpeg-turbo is not installed.");
        var path = SharedFolder.Require("data", "photos");
        using var parallelism = new Parallelism(2);
        var source = DataSource.Open(path, new DataSourceOptions(), parallelism);
        Assert.Equal((600, 10), (source.Count, source.Classes));
        Assert.Equal<Shape>([32, 32, 3], source.SampleShape);
        Assert.Equal(["airplane", "automobile"], source.ClassNames.Take(2));
        Assert.Equal(Enumerable.Range(0, 600).Select(i => i / 60), Enumerable.Range(0, 600).Select(source.Label));
        var uncached = FolderSource.Open(path, cacheLimit: 0);
        float[] a = new float[3072], b = new float[3072];
        for (var i = 0; i < 600; i += 37)
        {
            source.Read(i, a);
            uncached.Read(i, b);
            Assert.Equal(a, b);
        }

        Assert.Equal<Shape>([16, 16, 1], FolderSource.Open(path, 16, 1).SampleShape);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IDX_files_plain_and_compressed_give_the_same(bool compressed)
    {
        Idx("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 204], compressed);
        Idx("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 1, 0], compressed);
        var source = DataSource.Open(folder["."]);
        var values = new float[2];
        source.Read(1, values);
        Assert.Equal([-0.6f, 0.6f], values.Select(v => MathF.Round(v, 5)));
        Assert.Equal((2, 1, 0), (source.Classes, source.Label(0), source.Label(1)));
        Assert.Contains("t10k-images-idx3-ubyte", Fails(() => DataSource.Open(folder["."], new DataSourceOptions(Split: DataSplit.Test))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9 }, "00000801, 00000803 were expected")]
    [InlineData(new byte[] { 0, 0, 13, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9 }, "00000D03")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 9 }, "is truncated")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9 }, "more bytes follow")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0 }, "its header ends after 10 of 16 bytes")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1 }, "at least 1")]
    [InlineData(new byte[] { 0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 }, "at most")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 255, 255, 0, 0, 64, 0, 0, 0, 1, 0 }, "at most")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0 }, "cannot hold")]
    public void IDX_headers_that_lie_are_refused(byte[] bytes, string problem)
    {
        foreach (var compressed in new[] { false, true })
        {
            Idx("train-images-idx3-ubyte", bytes, compressed);
            var message = Fails(() => DataSource.Open(folder["."]));
            Assert.Contains(problem, message, StringComparison.Ordinal);
            Assert.Contains("train-images", message, StringComparison.Ordinal);
            Directory.GetFiles(folder["."]).ToList().ForEach(File.Delete);
        }
    }

    [Fact]
    public void A_gzip_file_cut_or_damaged_anywhere_is_refused()
    {
        var images = new byte[16 + 3000];
        new byte[] { 0, 0, 8, 3, 0, 0, 0, 30, 0, 0, 0, 10, 0, 0, 0, 10 }.CopyTo(images, 0);
        for (var i = 16; i < images.Length; i++) images[i] = (byte)new Rng(1).Integer(7, (ulong)i);
        Idx("train-images-idx3-ubyte", images, true);
        var path = folder["train-images-idx3-ubyte.gz"];
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length += length < bytes.Length - 80 ? 61 : 1)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Contains(path, Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
        }

        for (var at = 40; at < bytes.Length; at += 61)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Fails(() => DataSource.Open(folder["."]));
        }
    }

    [Fact]
    public void Labels_must_be_as_many_as_pictures()
    {
        Idx("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9], false);
        Idx("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 1, 0], false);
        Assert.Contains("1 pictures", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
    }

    [Fact]
    public void CIFAR_planes_become_channels()
    {
        for (var b = 1; b <= 5; b++)
        {
            var batch = new byte[2 * 3073];
            (batch[0], batch[3073]) = ((byte)b, 9);
            (batch[3073 + 1 + 33], batch[3073 + 1 + 1024 + 33], batch[3073 + 1 + 2048 + 33]) = (51, 102, (byte)(40 + b));
            folder.Write($"data_batch_{b}.bin", batch);
        }

        var source = DataSource.Open(folder["."]);
        Assert.Equal((10, 10, 3, 9), (source.Count, source.Classes, source.Label(4), source.Label(5)));
        var values = new float[3072];
        source.Read(5, values);
        Assert.Equal([51, 102, 43], values.AsSpan(99, 3).ToArray().Select(v => (int)Math.Round((v + 1) * 127.5)));
        folder.Write("data_batch_3.bin", new byte[3072]);
        Assert.Contains("not a whole number", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
        folder.Write("data_batch_3.bin", [10, .. new byte[3072]]);
        Assert.Contains("label 10", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
        File.Delete(folder["data_batch_3.bin"]);
        Assert.Contains("data_batch_3.bin was not found", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_that_differ_are_named_and_converted_when_asked()
    {
        Png.Write(folder["a.png"], new Picture(2, 2, 3, [.. Enumerable.Repeat<byte>(9, 12)]));
        Png.Write(folder["b.PNG"], new Picture(2, 2, 1, [9, 9, 9, 9]));
        File.WriteAllText(folder["notes.txt"], "not a picture");
        var message = Fails(() => DataSource.Open(folder["."]));
        Assert.Contains("a.png has 3 channels (RGB)", message, StringComparison.Ordinal);
        Assert.Contains("b.PNG has 1 channel (grey)", message, StringComparison.Ordinal);
        var source = DataSource.Open(folder["."], new DataSourceOptions(Channels: 3));
        Assert.Equal((2, false), (source.Count, source.HasLabels));
        Assert.Throws<InvalidOperationException>(() => source.Label(0));
        Png.Write(folder["b.PNG"], new Picture(2, 4, 3, new byte[24]));
        Assert.Contains("is 2×2", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
        Assert.Equal<Shape>([3, 3, 3], DataSource.Open(folder["."], new DataSourceOptions(Size: 3)).SampleShape);
        File.Delete(folder["b.PNG"]);
        File.WriteAllBytes(folder["c.jpg"], [1, 2, 3, 4, 5]);
        Assert.Contains("c.jpg: neither a PNG nor a JPEG", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_the_right_pictures_each_say_so()
    {
        Assert.Contains("no PNG or JPEG pictures", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
        Png.Write(folder["cat", "1.png"], new Picture(1, 1, 1, [1]));
        Directory.CreateDirectory(folder["dog"]);
        Assert.Contains("dog: no PNG or JPEG", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
        Png.Write(folder["dog", "1.png"], new Picture(1, 1, 1, [1]));
        Assert.Equal(["cat", "dog"], DataSource.Open(folder["."]).ClassNames);
        Png.Write(folder["1.png"], new Picture(1, 1, 1, [1]));
        Assert.Contains("both in the folder and in its sub-folders", Fails(() => DataSource.Open(folder["."])), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_are_pictures_or_rows()
    {
        var path = folder["x.npy"];
        NpyFile.Write(path, new FloatTensor([2, 3], [1, 2, 3, 40, 50, 60]));
        var rows = DataSource.Open(path);
        var row = new float[3];
        rows.Read(1, row);
        Assert.Equal([40, 50, 60], row);
        Assert.Contains("a size applies to pictures", Fails(() => DataSource.Open(path, new DataSourceOptions(Size: 8))), StringComparison.Ordinal);
        NpyFile.Write(path, new FloatTensor([1, 2, 2], [-1, 0, 0.5f, 1]));
        Assert.Equal<Shape>([2, 2, 1], DataSource.Open(path).SampleShape);
        Assert.Equal<Shape>([4, 4, 1], DataSource.Open(path, new DataSourceOptions(Size: 4)).SampleShape);
        folder.Write("u.npy", [0x93, .. "NUMPY"u8, 1, 0, 61, 0, .. "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,3)}  "u8[..61], 0, 51, 255]);
        var bytes = new float[3];
        DataSource.Open(folder["u.npy"]).Read(0, bytes);
        Assert.Equal([-1, -0.6f, 1], bytes.Select(v => MathF.Round(v, 5)));
        NpyFile.Write(path, new FloatTensor([1, 2, 2], [-1, 0, 0.5f, 2]));
        Assert.Contains("save the pictures as uint8", Fails(() => DataSource.Open(path)), StringComparison.Ordinal);
        NpyFile.Write(path, new FloatTensor([1, 2], [float.NaN, 2]));
        Assert.Contains("finite", Fails(() => DataSource.Open(path)), StringComparison.Ordinal);
        NpyFile.Write(path, new FloatTensor([1, 3, 8, 8]));
        Assert.Contains("move the channels to the end", Fails(() => DataSource.Open(path)), StringComparison.Ordinal);
        NpyFile.Write(path, new FloatTensor([5]));
        Assert.Contains("shape is [5]", Fails(() => DataSource.Open(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_names_a_source_or_says_what_is_known()
    {
        foreach (var name in DataSource.BuiltIn.Keys)
        {
            var source = DataSource.Open(name, new DataSourceOptions(Count: 3, Seed: 1));
            Assert.Equal((name, 3), (source.Name, source.Count));
            float[] train = new float[source.SampleShape.Count], test = new float[train.Length];
            source.Read(0, train);
            DataSource.Open(name, new DataSourceOptions(Count: 3, Seed: 1, Split: DataSplit.Test)).Read(0, test);
            Assert.NotEqual(train, test);
        }

        Assert.Contains("built in are digits, moons", Fails(() => DataSource.Open("digit")), StringComparison.Ordinal);
        Assert.Contains("no such source", Fails(() => DataSource.Open(folder["missing"])), StringComparison.Ordinal);
        Assert.Contains("a file of this kind", Fails(() => DataSource.Open(folder.Write("x.csv", []))), StringComparison.Ordinal);
        Assert.Contains("size and channels apply", Fails(() => DataSource.Open("moons", new DataSourceOptions(Size: 8))), StringComparison.Ordinal);
        Assert.Contains("at least 1", Fails(() => DataSource.Open("moons", new DataSourceOptions(Count: 0))), StringComparison.Ordinal);
        Assert.Contains("count applies", Fails(() => DataSource.Open(folder["."], new DataSourceOptions(Count: 5))), StringComparison.Ordinal);
    }

    private static string Fails(Action action)
    {
        var message = Assert.Throws<DataException>(action).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private void Idx(string name, byte[] bytes, bool compressed)
    {
        if (!compressed)
        {
            folder.Write(name, bytes);
            return;
        }

        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal)) gzip.Write(bytes);
        folder.Write(name + ".gz", stream.ToArray());
    }
}
