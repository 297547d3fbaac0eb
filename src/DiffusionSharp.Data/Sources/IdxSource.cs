using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>A folder of IDX files: MNIST, Fashion-MNIST and their kin, grey pictures with labels, each file plain or .gz.</summary>
public sealed class IdxSource : DataSource
{
    private readonly byte[] pixels;
    private readonly byte[]? labels;

    private IdxSource(string name, Shape shape, byte[] pixels, byte[]? labels, IReadOnlyList<string> classNames)
        : base(name, [shape[1], shape[2], 1], shape[0], classNames) => (this.pixels, this.labels) = (pixels, labels);

    /// <summary>Whether a folder holds such files.</summary>
    /// <param name="folder">Where to look.</param>
    public static bool Matches(string folder) =>
        Find(folder, "train", "images", 3) is not null || Find(folder, "t10k", "images", 3) is not null;

    /// <summary>Reads a folder: <c>train-images-idx3-ubyte</c> and <c>train-labels-idx1-ubyte</c>, or <c>t10k-…</c>.</summary>
    /// <param name="folder">That holds the files; without the labels' file there are no labels.</param>
    /// <param name="split">Which part: to learn from, or held back.</param>
    /// <exception cref="DataException">The files are missing, damaged or do not fit each other.</exception>
    public static IdxSource Open(string folder, DataSplit split = DataSplit.Train)
    {
        var prefix = split == DataSplit.Train ? "train" : "t10k";
        var imagesPath = Find(folder, prefix, "images", 3)
            ?? throw new DataException($"{folder}: no {prefix}-images-idx3-ubyte or {prefix}-images-idx3-ubyte.gz in this folder.");
        var (shape, pixels) = IdxFile.Read(imagesPath, 3);
        var labelsPath = Find(folder, prefix, "labels", 1);
        if (labelsPath is null) return new IdxSource(folder, shape, pixels, null, []);
        var (labelShape, labels) = IdxFile.Read(labelsPath, 1);
        if (labelShape[0] != shape[0])
            throw new DataException($"{folder}: {imagesPath} holds {shape[0]} pictures and {labelsPath} {labelShape[0]} labels; the numbers must agree.");
        return new IdxSource(folder, shape, pixels, labels, Numbered(labels.Max() + 1));
    }

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination) =>
        Picture.ToValues(pixels.AsSpan(index * destination.Length, destination.Length), destination);

    /// <inheritdoc/>
    protected override int ClassOf(int index) => labels![index];

    private static string? Find(string folder, string prefix, string what, int rank)
    {
        foreach (var separator in "-.")
        {
            foreach (var ending in new[] { "", ".gz" })
            {
                var path = Path.Combine(folder, $"{prefix}-{what}{separator}idx{rank}-ubyte{ending}");
                if (File.Exists(path)) return path;
            }
        }

        return null;
    }
}
