using System.Numerics.Tensors;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>A .npy file: shape, type, and the range of its numbers.</summary>
internal sealed class InspectedArray : Inspected
{
    private readonly string path;
    private readonly NpyHeader header;
    private readonly double least;
    private readonly double most;
    private readonly double mean;

    public InspectedArray(string path)
    {
        (this.path, header) = (path, NpyFile.ReadHeader(path));
        var values = NpyFile.ReadDouble(path);
        var any = values.Shape.Count > 0;
        least = any ? TensorPrimitives.Min(values.Values) : double.NaN;
        most = any ? TensorPrimitives.Max(values.Values) : double.NaN;
        mean = any ? values.Mean() : double.NaN;
    }

    /// <inheritdoc/>
    public override void Write(TextWriter output) =>
        output.WriteLine($"{path}: {header.Shape} of {header.Type}, from {Say.Number(least)} to {Say.Number(most)}, mean {Say.Number(mean)}");

    /// <inheritdoc/>
    public override IReadOnlyList<(string Key, object? Value)> Members() =>
    [
        ("kind", "array"),
        ("path", path),
        ("shape", header.Shape.Dimensions.ToArray()),
        ("type", header.Type.ToString()),
        ("least", least),
        ("most", most),
        ("mean", mean),
    ];
}
