using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>
/// A .npy array: pictures [N, H, W, C] or [N, H, W] as bytes or as floats in [−1, 1], or rows of a table [N, D] of any numbers;
/// with labels where a second file has them.
/// </summary>
public sealed class NpySource : DataSource
{
    private readonly byte[]? bytes;
    private readonly float[]? values;
    private readonly int[] labels;

    private NpySource(string name, Shape sampleShape, int count, byte[]? bytes, float[]? values, int[] labels)
        : base(name, sampleShape, count, Numbered(labels.Length == 0 ? 0 : labels.Max() + 1)) =>
        (this.bytes, this.values, this.labels) = (bytes, values, labels);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The samples.</param>
    /// <param name="labelsPath">Their classes, a .npy file of [N] integers from 0; null where there are none.</param>
    /// <exception cref="DataException">
    /// A file is damaged, its shape, type or values are not those of pictures, rows or labels, or the two differ in length.
    /// </exception>
    public static NpySource Open(string path, string? labelsPath = null)
    {
        var header = NpyFile.ReadHeader(path);
        var shape = header.Shape;
        CheckShape(path, shape);
        var sample = shape.Rank == 3 ? Shape.Create([shape[1], shape[2], 1]) : shape.Tail();
        int[] labels = labelsPath is null ? [] : LabelFile.Read(labelsPath, path, shape[0]);
        if (shape.Rank > 2 && header.Type == StorageType.U8)
            return new NpySource(path, sample, shape[0], NpyFile.ReadValues<byte>(path).Values, null, labels);
        if (shape.Rank > 2 && header.Type is not (StorageType.F16 or StorageType.F32 or StorageType.F64))
            throw new DataException($"{path}: pictures of type {header.Type} came; bytes (uint8) or floats in [−1, 1] were expected.");
        var values = NpyFile.Read(path).Values.ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i])) throw new DataException($"{path}: value {i} is {values[i]}; finite numbers were expected.");
            if (shape.Rank <= 2 || Math.Abs(values[i]) <= 1) continue;
            throw new DataException($"{path}: value {i} of a picture is {values[i]}; floats in [−1, 1] were expected, or save the pictures as uint8.");
        }

        return new NpySource(path, sample, shape[0], null, values, labels);
    }

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination)
    {
        var length = destination.Length;
        if (bytes is not null) Picture.ToValues(bytes.AsSpan(index * length, length), destination);
        else values.AsSpan(index * length, length).CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override int ClassOf(int index) => labels[index];

    private static void CheckShape(string path, Shape shape)
    {
        if (shape.Rank is < 2 or > 4 || shape.Count == 0)
        {
            const string expected = "pictures [N, H, W, C] or [N, H, W], or rows [N, D], at least one of them";
            throw new DataException($"{path}: its shape is {shape}; {expected}, were expected.");
        }

        if (shape.Rank < 4 || shape[3] <= 4) return;
        var meant = shape[1] <= 4 ? "; it looks like [N, C, H, W]: move the channels to the end" : "";
        throw new DataException($"{path}: its shape {shape} has {shape[3]} channels last, 1 to 4 were expected in [N, H, W, C]{meant}.");
    }
}
