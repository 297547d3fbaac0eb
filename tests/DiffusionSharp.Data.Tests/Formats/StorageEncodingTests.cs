using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Tests.Formats;

/// <summary>Weights of 16 bits in files: every pattern, every midpoint between neighbours, and what has no place.</summary>
public sealed class StorageEncodingTests : IDisposable
{
    private const int Patterns = 1 << 16;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(StorageType.F16)]
    [InlineData(StorageType.BF16)]
    public void Every_pattern_of_sixteen_bits_comes_back_as_itself(StorageType type)
    {
        var values = Finite(type);
        Assert.Equal(values.Select(v => BitConverter.SingleToUInt32Bits(v)), Through(type, values).Select(v => BitConverter.SingleToUInt32Bits(v)));
        Assert.Equal(type == StorageType.F16 ? Patterns - (2 * 1024) : Patterns - (2 * 128), values.Length);
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity], Through(type, [float.PositiveInfinity, float.NegativeInfinity]));
        Assert.All(Through(type, [float.NaN, BitConverter.UInt32BitsToSingle(0x7F800001), BitConverter.UInt32BitsToSingle(0xFFFFFFFF)]), v => Assert.True(float.IsNaN(v)));
    }

    [Theory]
    [InlineData(StorageType.F16)]
    [InlineData(StorageType.BF16)]
    public void Values_between_two_neighbours_round_to_the_nearer_and_midpoints_to_the_even_one(StorageType type)
    {
        // Positive finite values in order of their patterns, which is their own; a pattern is even where its place is.
        var values = Finite(type)[..(type == StorageType.F16 ? 0x7C00 : 0x7F80)];
        var (given, expected) = (new List<float>(), new List<float>());
        for (var i = 0; i + 1 < values.Length; i++)
        {
            var middle = (float)(((double)values[i] + values[i + 1]) / 2);
            if (middle <= values[i] || middle >= values[i + 1] || middle - (double)values[i] != values[i + 1] - (double)middle) continue;
            foreach (var (value, rounded) in new[] { (middle, values[i % 2 == 0 ? i : i + 1]), (MathF.BitDecrement(middle), values[i]), (MathF.BitIncrement(middle), values[i + 1]) })
            {
                given.AddRange([value, -value]);
                expected.AddRange([rounded, -rounded]);
            }
        }

        Assert.True(given.Count > 5.9 * values.Length);
        Assert.Equal(expected, Through(type, [.. given]));
        if (type == StorageType.F16) Assert.Equal(given.Select(v => (float)(Half)v), expected);
    }

    [Theory]
    [InlineData(StorageType.F16, 65519.996f, 65520f, "F16 ends at 65504; store bfloat16 or float32.")]
    [InlineData(StorageType.BF16, 3.3961773e38f, 3.3961775e38f, "BF16 ends at 3.3895314E+38; store float32.")]
    public void A_value_beyond_the_type_is_one_clear_line_and_leaves_no_file(StorageType type, float fits, float large, string words)
    {
        Assert.All(Through(type, [fits, -fits]), v => Assert.True(float.IsFinite(v)));
        foreach (var value in new[] { large, -large })
        {
            var path = folder["large.safetensors"];
            var error = Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(path, [("w", new FloatTensor([2], [1, value]))], null, type));
            Assert.StartsWith("Safetensors: \"w\" holds ", error.Message, StringComparison.Ordinal);
            Assert.EndsWith(words, error.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(path));
        }
    }

    [Fact]
    public void A_file_of_several_tensors_says_its_type_and_gives_back_shapes_and_values()
    {
        var path = folder["some.safetensors"];
        FloatTensor a = new([2, 3], [1, -2, 0.5f, 0, 3, 0.1f]), b = new([0], []), c = new([1], [-0.25f]);
        foreach (var type in new[] { StorageType.F16, StorageType.BF16, StorageType.F32 })
        {
            SafetensorsFile.Write(path, [("a", a), ("b", b), ("c", c)], null, type);
            using var file = SafetensorsFile.Open(path);
            Assert.All(file.Entries, e => Assert.Equal(type, e.Type));
            Assert.Equal(a.Shape, file.Read("a").Shape);
            Assert.Equal(a.Values.ToArray()[..5], file.Read("a").Values.ToArray()[..5]);
            Assert.Equal(0.1f, file.Read("a").Values[5], type == StorageType.F32 ? 0 : type == StorageType.F16 ? 3e-5f : 3e-4f);
            Assert.Equal(-0.25f, file.Read("c").Values[0]);
        }

        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(path, [("a", a)], null, StorageType.F64));
    }

    // From the definition: sign, exponent and fraction, in double.
    private static float[] Finite(StorageType type)
    {
        var (fractionBits, bias) = type == StorageType.F16 ? (10, 15) : (7, 127);
        var exponents = 1 << (15 - fractionBits);
        var values = new List<float>();
        for (var pattern = 0; pattern < Patterns; pattern++)
        {
            var (exponent, fraction) = ((pattern >> fractionBits) & (exponents - 1), pattern & ((1 << fractionBits) - 1));
            if (exponent == exponents - 1) continue;
            var size = exponent == 0 ? fraction * Math.Pow(2, 1 - bias - fractionBits) : (1 + (fraction * Math.Pow(2, -fractionBits))) * Math.Pow(2, exponent - bias);
            values.Add((float)(pattern >= Patterns / 2 ? -size : size));
        }

        return [.. values];
    }

    private float[] Through(StorageType type, float[] values)
    {
        var path = folder["through.safetensors"];
        SafetensorsFile.Write(path, [("w", new FloatTensor([values.Length], values))], null, type);
        using var file = SafetensorsFile.Open(path);
        return file.Read("w").Values.ToArray();
    }
}
