using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Tests;

/// <summary>Files that are damaged or hostile: one clear line, exit code 2, and nothing made.</summary>
public sealed class BadFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Sources_that_are_missing_or_empty()
    {
        Refused($"{folder["none"]}: no such source; built in are {string.Join(", ", DataSource.BuiltIn.Keys)}; a folder of pictures, of IDX files or of CIFAR-10, or a .npy file may be named by its path.", folder["none"]);
        Refused($"{folder["empty"]}: no PNG or JPEG pictures in this folder or its sub-folders.", Directory.CreateDirectory(folder["empty"]).FullName);
        var file = folder.Write("data.csv", "1,2");
        Refused($"{file}: a file of this kind is not a source; a folder of pictures, of IDX files or of CIFAR-10, or a .npy file was expected.", file);
    }

    [Fact]
    public void An_idx_file_whose_gzip_ends_early()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Idx(0x00000803, 100, 28, 28, 78400));
        folder.Write("idx/train-images-idx3-ubyte.gz", packed.ToArray()[..(int)(packed.Length / 2)]);
        Refused(line => line.StartsWith($"error: {folder["idx", "train-images-idx3-ubyte.gz"]}", StringComparison.Ordinal) && line.Contains("truncated", StringComparison.Ordinal), folder["idx"]);
    }

    [Fact]
    public void An_idx_file_of_another_kind_or_with_sizes_past_its_end()
    {
        var path = folder.Write("idx/train-images-idx3-ubyte", Idx(0x00000D03, 1, 2, 2, 4));
        Refused(line => line.StartsWith($"error: {path}", StringComparison.Ordinal) && line.Contains("its first four bytes are 00000D03", StringComparison.Ordinal), folder["idx"]);
        folder.Write("idx/train-images-idx3-ubyte", Idx(0x00000803, 60000, 28, 28, 100));
        Refused(line => line.StartsWith($"error: {path}", StringComparison.Ordinal) && line.Contains("its header asks for 47040000 bytes, which the file cannot hold", StringComparison.Ordinal), folder["idx"]);
        folder.Write("idx/train-images-idx3-ubyte", Idx(0x00000803, int.MaxValue, int.MaxValue, int.MaxValue, 4));
        Refused(line => line.StartsWith($"error: {path}", StringComparison.Ordinal), folder["idx"]);
    }

    [Fact]
    public void A_picture_cut_in_half_and_pictures_that_differ()
    {
        var whole = Png.Encode(new Picture(8, 8, 1, [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 37))]));
        var half = folder.Write("half/a.png", whole[..(whole.Length / 2)]);
        Refused(line => line.StartsWith($"error: {half}", StringComparison.Ordinal), folder["half"]);
        var grey = folder.Write("mixed/a.png", whole);
        var colour = folder.Write("mixed/b.png", Png.Encode(new Picture(8, 8, 3, new byte[192])));
        Refused($"{grey} has 1 channel (grey), {colour} has 3 channels (RGB); ask for a number of channels to convert all.", folder["mixed"]);
        var wide = folder.Write("sizes/b.png", Png.Encode(new Picture(8, 9, 1, new byte[72])));
        var square = folder.Write("sizes/a.png", whole);
        Refused($"{square} is 8×8, {wide} is 8×9 (height×width); ask for a size to crop and resize all.", folder["sizes"]);
    }

    [Theory]
    [InlineData("""{"data":"moons","preset":"x","mlp":{"dimensions":2},"stpes":3}""", "stpes")]
    [InlineData("""{"data":"moons","preset":"x","mlp":{"dimensions":2},"steps":0}""", "steps: at least 1 is expected, 0 was given.")]
    [InlineData("""{"data":"moons","preset":"x","mlp":{"dimensions":2},"steps":"many"}""", "steps: a ")]
    [InlineData("""{"data":"moons","preset":"x"}""", "config: exactly one of 'uNet', 'mlp' and 'ownNetwork' is needed.")]
    [InlineData("""{"data":"moons","preset":"x","mlp":{"dimensions":2},"optimizer":{"rate":-1}}""", "Rate")]
    [InlineData("""{"preset":"x","mlp":{"dimensions":2}}""", "data")]
    [InlineData("[]", "")]
    [InlineData("{", "")]
    [InlineData("null", "a JSON object is expected, null was given.")]
    public void A_configuration_with_an_unknown_key_or_a_wrong_value(string json, string named)
    {
        var path = folder.Write("c.json", json);
        var outcome = Diffusion.Run("train", "--config", path, "--out", folder["run"]);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"error: {path}: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(named, outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void A_checkpoint_whose_safetensors_header_lies()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"]);
        var weights = folder["run", "checkpoints", "step-00000012", "ema.safetensors"];
        foreach (var header in new[]
        {
            """{"input.weight":{"dtype":"F32","shape":[2,16],"data_offsets":[0,999999999]}}""",
            """{"input.weight":{"dtype":"F32","shape":[2,16],"data_offsets":[-4,124]}}""",
            """{"input.weight":{"dtype":"F32","shape":[4611686018427387904,16],"data_offsets":[0,0]}}""",
            """{"input.weight":{"dtype":"F32","shape":[2,16],"data_offsets":[0,18446744073709551744]}}""",
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""",
        })
        {
            File.WriteAllBytes(weights, Safetensors(header, 6));
            foreach (var command in new[] { ["sample", folder["run"], "--out", folder["a.npy"]], new[] { "train", "--out", folder["run"], "--resume" }, ["inspect", weights] })
            {
                var outcome = Diffusion.Run(command);
                if (command[0] == "train" && outcome.Code == 0) continue;
                Assert.Equal(2, outcome.Code);
                Assert.StartsWith($"error: {weights}", outcome.Error, StringComparison.Ordinal);
                Assert.Single(outcome.Error.TrimEnd().Split('\n'));
            }
        }

        File.WriteAllBytes(weights, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x7B]);
        var huge = Diffusion.Run("sample", folder["run"], "--out", folder["a.npy"]);
        Assert.Equal(2, huge.Code);
        Assert.StartsWith($"error: {weights}", huge.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["a.npy"]));
    }

    [Fact]
    public void A_checkpoint_of_another_network()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"]);
        var weights = folder["run", "checkpoints", "step-00000012", "ema.safetensors"];
        SafetensorsFile.Write(weights, [("other", new FloatTensor([1]))]);
        var outcome = Diffusion.Run("sample", folder["run"], "--out", folder["a.npy"]);
        Assert.Equal(2, outcome.Code);
        Assert.EndsWith($"is missing; the file belongs to another network.{Environment.NewLine}", outcome.Error, StringComparison.Ordinal);
    }

    private static byte[] Idx(int magic, int count, int rows, int columns, int pixels)
    {
        var bytes = new byte[16 + pixels];
        BinaryPrimitives.WriteInt32BigEndian(bytes, magic);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), rows);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), columns);
        for (var i = 0; i < pixels; i++) bytes[16 + i] = (byte)((i * 7919) >> 3);
        return bytes;
    }

    private static byte[] Safetensors(string header, int data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }

    private void Refused(string message, string source) => Refused(line => line == "error: " + message, source);

    private void Refused(Predicate<string> line, string source)
    {
        var outcome = Diffusion.Run("train", "--data", source, "--out", folder["run"], "--steps", "1");
        Assert.Equal(2, outcome.Code);
        Assert.True(outcome.Error.EndsWith(Environment.NewLine, StringComparison.Ordinal) && line(outcome.Error[..^Environment.NewLine.Length]), outcome.Error);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(folder["run"]));
    }
}
