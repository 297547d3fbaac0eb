using System.Globalization;
using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Tests.Formats;

public sealed class NpyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(new[] { 2, 3, 5 })]
    [InlineData(new[] { 7 })]
    [InlineData(new int[0])]
    [InlineData(new[] { 0, 4 })]
    public void What_is_written_is_read_back_bit_for_bit(int[] dimensions)
    {
        var shape = Shape.Create(dimensions);
        var values = new Rng(1).Normal(shape);
        var path = folder["x.npy"];
        NpyFile.Write(path, values);
        Assert.Equal(shape, NpyFile.ReadDouble(path).Shape);
        Assert.Equal(values.Values, NpyFile.ReadDouble(path).Values);
        Assert.Equal(values.ToFloat().Values, NpyFile.Read(path).Values);
        Assert.Equal(0, NpyFile.ReadHeader(path).DataOffset % 64);
        NpyFile.Write(path, values.ToFloat());
        Assert.Equal(values.ToFloat().Values, NpyFile.Read(path).Values);
        Assert.Equal(StorageType.F32, NpyFile.ReadHeader(path).Type);
    }

    [Fact]
    public void The_bytes_are_those_that_NumPy_writes()
    {
        var path = folder["x.npy"];
        NpyFile.Write(path, new FloatTensor([1, 2], [1, 2]));
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
        byte[] expected = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(text.PadRight(117)), (byte)'\n', 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("<f8", "000000000000F83F", 1.5)]
    [InlineData(">f8", "3FF8000000000000", 1.5)]
    [InlineData("<f4", "0000C03F", 1.5)]
    [InlineData(">f4", "3FC00000", 1.5)]
    [InlineData("<f2", "003E", 1.5)]
    [InlineData(">f2", "3E00", 1.5)]
    [InlineData("<i8", "FEFFFFFFFFFFFFFF", -2)]
    [InlineData(">i4", "FFFFFFFE", -2)]
    [InlineData("<i2", "FEFF", -2)]
    [InlineData("|i1", "FE", -2)]
    [InlineData(">u2", "0102", 258)]
    [InlineData("|u1", "FE", 254)]
    [InlineData("|b1", "01", 1)]
    public void Every_type_is_read_at_its_value(string descriptor, string hex, double expected)
    {
        for (byte version = 1; version <= 3; version++)
        {
            var path = Make(Header(descriptor, "False", "()"), Convert.FromHexString(hex), version);
            Assert.Equal(expected, NpyFile.ReadDouble(path).Values[0]);
            Assert.Equal((float)expected, NpyFile.Read(path).Values[0]);
        }
    }

    [Fact]
    public void Fortran_order_is_turned_into_rows()
    {
        // Element [i, j, k] of shape [2, 3, 4] stands at i + 2 j + 6 k and is made to hold 100 i + 10 j + k.
        var data = new byte[24];
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 3; j++)
                for (var k = 0; k < 4; k++)
                    data[i + (2 * j) + (6 * k)] = (byte)((100 * i) + (10 * j) + k);
        var read = NpyFile.Read(Make(Header("|u1", "True", "(2, 3, 4)"), data));
        Assert.Equal<Shape>([2, 3, 4], read.Shape);
        for (var n = 0; n < 24; n++) Assert.Equal((100 * (n / 12)) + (10 * (n / 4 % 3)) + (n % 4), read.Values[n]);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4, "needs 8 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 5, "needs 4 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }", 0, "more values than")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0, "more values than")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 0, "integer of at least 0")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 0, "integer of at least 0")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1", 4, "was expected at character")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", 4, "True or False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", 4, "needs descr")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 4, "comes twice")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", 4, "goes on")]
    [InlineData("{'descr': '<f4", 4, "does not end")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "was expected")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 8, "type '|O'")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 8, "type '<c8'")]
    [InlineData("{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}", 4, "byte order")]
    public void A_header_that_lies_is_refused(string header, int dataLength, string problem)
    {
        var error = Assert.Throws<DataException>(() => NpyFile.Read(Make(header, new byte[dataLength])));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_and_short_files_are_refused()
    {
        Assert.Contains("too few", Fails([0x93]), StringComparison.Ordinal);
        Assert.Contains("does not begin", Fails(new byte[100]), StringComparison.Ordinal);
        Assert.Contains("version 9.0", Fails([0x93, .. "NUMPY"u8, 9, 0, 0, 0, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("claims a header of 4294967295", Fails([0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255]), StringComparison.Ordinal);
        Assert.Contains("was not found", Assert.Throws<DataException>(() => NpyFile.Read(folder["none.npy"])).Message, StringComparison.Ordinal);
    }

    private static string Header(string descriptor, string fortran, string shape) =>
        string.Create(CultureInfo.InvariantCulture, $"{{'descr': '{descriptor}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");

    private string Fails(byte[] bytes) => Assert.Throws<DataException>(() => NpyFile.Read(folder.Write("x.npy", bytes))).Message;

    private string Make(string header, byte[] data, byte version = 1)
    {
        var text = Encoding.UTF8.GetBytes(header);
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : [(byte)text.Length, (byte)(text.Length >> 8), 0, 0];
        return folder.Write("x.npy", [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. data]);
    }
}
