using System.Buffers.Binary;
using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Data.Tests.Formats;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit()
    {
        var odd = new FloatTensor([2, 3], [1, -0f, float.NaN, float.PositiveInfinity, float.Epsilon, 1e30f]);
        var large = new FloatTensor([70001]);
        for (var i = 0; i < large.Shape.Count; i++) large.Values[i] = i * 0.25f;
        (string, FloatTensor)[] tensors = [("b.weight", odd), ("a", large), ("scalar", new FloatTensor(Shape.Scalar, [7])), ("empty", new FloatTensor([0, 4]))];
        var path = folder["x.safetensors"];
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["é"] = "line\nbreak" });
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, value) in tensors)
        {
            var read = file.Read(name);
            Assert.Equal(value.Shape, read.Shape);
            Assert.Equal(value.Values.ToArray().Select(BitConverter.SingleToInt32Bits), read.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
        }

        Assert.Equal(4, file.Entries.Count);
        Assert.Equal("line\nbreak", file.Metadata["é"]);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format_padded_to_eight()
    {
        var path = folder["x.safetensors"];
        SafetensorsFile.Write(path, [("w", new FloatTensor([1, 2], [1, 2]))]);
        var header = """{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected = [(byte)padded.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(padded), 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];
        Assert.Equal(expected, File.ReadAllBytes(path));
        Assert.False(File.Exists(path + ".tmp"));
    }

    [Theory]
    [InlineData("F64", "000000000000F83F", 1.5)]
    [InlineData("F32", "0000C03F", 1.5)]
    [InlineData("F16", "003E", 1.5)]
    [InlineData("BF16", "C03F", 1.5)]
    [InlineData("I64", "FEFFFFFFFFFFFFFF", -2)]
    [InlineData("I32", "FEFFFFFF", -2)]
    [InlineData("I16", "FEFF", -2)]
    [InlineData("I8", "FE", -2)]
    [InlineData("U64", "0200000000000000", 2)]
    [InlineData("U32", "FEFFFFFF", 4294967294)]
    [InlineData("U16", "FEFF", 65534)]
    [InlineData("U8", "FE", 254)]
    [InlineData("BOOL", "01", 1)]
    public void Every_type_is_read_at_its_value(string type, string hex, double expected)
    {
        var data = Convert.FromHexString(hex);
        using var file = Open($$$"""{"x":{"dtype":"{{{type}}}","shape":[],"data_offsets":[0,{{{data.Length}}}]}}""", data);
        Assert.Equal((float)expected, file.Read("x").Values[0]);
        Assert.Equal(expected, file.ReadDouble("x").Values[0]);
        if (type.Contains('F', StringComparison.Ordinal)) Assert.Throws<DataException>(() => file.ReadIntegers("x"));
        else Assert.Equal((long)expected, file.ReadIntegers("x")[0]);
    }

    [Theory]
    [InlineData("""[]""", 0, "begin with '{'")]
    [InlineData("""{"a":1}""", 0, "must be an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}}""", 4, "strict JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, "strict JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "strict JSON")]
    [InlineData("""{"a\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "Unicode")]
    [InlineData("""{"a":{"dtype":"F32\ud800","shape":[1],"data_offsets":[0,4]}}""", 4, "Unicode")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "dtype F8_E4M3")]
    [InlineData("""{"a":{"dtype":"Bool","shape":[1],"data_offsets":[0,1]}}""", 1, "dtype Bool")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "needs dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"stride":[1]}}""", 4, "unknown field")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, "dimension 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "dimension 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "more values than")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,0]}}""", 0, "more values than")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "dimension 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "must rise")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 4, "two integers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "inside the 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "holes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "more bytes follow")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "must be a text")]
    [InlineData("""{"__metadata__":"k"}""", 0, "object of texts")]
    public void A_header_that_lies_is_refused(string header, int dataLength, string problem)
    {
        var error = Assert.Throws<DataException>(() => Open(header, new byte[dataLength]));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    [InlineData(3UL)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var bytes = new byte[10];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Assert.Contains("claim a header", Assert.Throws<DataException>(() => SafetensorsFile.Open(folder.Write("x", bytes))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_short_and_foreign_files_each_say_so()
    {
        Assert.Contains("was not found", Assert.Throws<DataException>(() => SafetensorsFile.Open(folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<DataException>(() => SafetensorsFile.Open(folder["."])).Message, StringComparison.Ordinal);
        Assert.Contains("at least 8", Assert.Throws<DataException>(() => SafetensorsFile.Open(folder.Write("x", [1, 2]))).Message, StringComparison.Ordinal);
        using var file = Open("{}", []);
        Assert.Contains("no tensor \"w\"", Assert.Throws<DataException>(() => file.Read("w")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_must_differ_when_written()
    {
        var one = new FloatTensor([1]);
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["x"], [("a", one), ("a", one)]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["x"], [("__metadata__", one)]));
        Assert.False(File.Exists(folder["x"]));
    }

    [Fact]
    public void Recorded_files_of_another_tool_are_read()
    {
        using var half = SafetensorsFile.Open(SharedFolder.Require("golden", "models", "b", "diffusion_pytorch_model.safetensors"));
        Assert.Equal(StorageType.F16, half.Entry("conv_in.weight").Type);
        Assert.Equal<Shape>([32, 3, 3, 3], half.Read("conv_in.weight").Shape);
        Assert.Equal("pt", half.Metadata["format"]);
        using var schedules = SafetensorsFile.Open(SharedFolder.Require("golden", "schedules", "schedules_f64.safetensors"));
        var betas = schedules.ReadDouble("curve/linear/betas").Values;
        Assert.Equal(1000, betas.Length);
        Assert.Equal(1e-4, betas[0], 15);
        Assert.Equal(0.02, betas[^1], 15);
        Assert.Equal([900, 800, 700, 600, 500, 400, 300, 200, 100, 0], schedules.ReadIntegers("ddim/linear/leading/10/timesteps"));
    }

    private SafetensorsFile Open(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        return SafetensorsFile.Open(folder.Write("hostile.safetensors", bytes));
    }
}
