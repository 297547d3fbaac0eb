using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>CIFAR-10 in its binary form: five training batches and one of tests, 32×32 RGB with labels.</summary>
/// <remarks>
/// A record is 3073 bytes: the label, then 1024 bytes each of red, green and blue. Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html.
/// </remarks>
public sealed class CifarSource : DataSource
{
    private const int Side = 32, Plane = Side * Side, Record = 1 + (3 * Plane);

    private static readonly string[] TrainingFiles = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];

    private static readonly string[] TestFiles = ["test_batch.bin"];

    private static readonly string[] Objects = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private readonly byte[] pixels;
    private readonly byte[] labels;

    private CifarSource(string name, byte[] pixels, byte[] labels)
        : base(name, [Side, Side, 3], labels.Length, Objects) => (this.pixels, this.labels) = (pixels, labels);

    /// <summary>Whether a folder holds such files.</summary>
    /// <param name="folder">Where to look.</param>
    public static bool Matches(string folder) =>
        File.Exists(Path.Combine(folder, TrainingFiles[0])) || File.Exists(Path.Combine(folder, TestFiles[0]));

    /// <summary>Reads a folder: <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c>, or <c>test_batch.bin</c>.</summary>
    /// <param name="folder">That holds the files.</param>
    /// <param name="split">Which part: to learn from, or held back.</param>
    /// <exception cref="DataException">A file is missing or damaged.</exception>
    public static CifarSource Open(string folder, DataSplit split = DataSplit.Train)
    {
        var names = split == DataSplit.Test ? TestFiles : TrainingFiles;
        var batches = Array.ConvertAll(names, name => ReadBatch(Path.Combine(folder, name)));
        var count = batches.Sum(b => b.Length / Record);
        var (pixels, labels) = (new byte[count * 3 * Plane], new byte[count]);
        var sample = 0;
        foreach (var batch in batches)
        {
            for (var at = 0; at < batch.Length; at += Record, sample++)
            {
                labels[sample] = batch[at];
                for (var c = 0; c < 3; c++)
                    for (var i = 0; i < Plane; i++) pixels[(sample * 3 * Plane) + (3 * i) + c] = batch[at + 1 + (c * Plane) + i];
            }
        }

        return new CifarSource(folder, pixels, labels);
    }

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination) =>
        Picture.ToValues(pixels.AsSpan(index * destination.Length, destination.Length), destination);

    /// <inheritdoc/>
    protected override int ClassOf(int index) => labels[index];

    private static byte[] ReadBatch(string path)
    {
        var bytes = InputFile.ReadAll(path, 100_000 * Record);
        if (bytes.Length == 0 || bytes.Length % Record != 0)
        {
            var found = $"{bytes.Length} bytes are not a whole number of CIFAR-10 records of {Record} bytes";
            throw new DataException($"{path}: {found}: it is truncated or of another format.");
        }

        for (var at = 0; at < bytes.Length; at += Record)
        {
            if (bytes[at] < Objects.Length) continue;
            var found = $"record {at / Record} has label {bytes[at]}, 0 to 9 were expected";
            throw new DataException($"{path}: {found}: it is damaged or of another format.");
        }

        return bytes;
    }
}
