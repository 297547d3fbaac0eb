using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Runs;

/// <summary>The forms in which samples are seen best: pictures as PNG, points in the plane as SVG, anything else as numbers.</summary>
public static class SampleForm
{
    /// <summary>
    /// The ending of the form for samples of a shape: <c>.png</c> for grey and colour pictures, <c>.svg</c> for points in the plane, <c>.npy</c> for
    /// the rest.
    /// </summary>
    /// <param name="sample">The shape of one sample.</param>
    public static string Extension(Shape sample) => (sample.Rank, sample[^1]) switch
    {
        (3, 1 or 3) => ".png",
        (1, 2) => ".svg",
        _ => ".npy",
    };

    /// <summary>Writes samples in the form that the file's ending asks for; the file is replaced whole or not at all.</summary>
    /// <param name="path">A file that ends in <c>.png</c>, <c>.svg</c>, or anything else for numbers.</param>
    /// <param name="samples">[N, …]: pictures in [−1, 1], points in data units.</param>
    /// <param name="title">What stands above points.</param>
    /// <param name="columns">Pictures in a row; null: as many as rows.</param>
    /// <param name="scale">How often a pixel of a picture is repeated in both directions; null: <see cref="PictureSheet.NaturalScale"/>.</param>
    /// <param name="labels">The class of each sample: rows of one class get its name, points its colour; null: they have none.</param>
    /// <param name="classNames">The classes' names by label; null where samples have no classes.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path,
        Tensor samples,
        string title,
        int? columns = null,
        int? scale = null,
        IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".png":
                Png.Write(path, PictureSheet.Grid(samples, columns, scale: scale, rowLabels: RowNames(labels, columns, classNames)));
                break;
            case ".svg":
                WriteText(path, PointSheet.Panels([samples], [title], labels: [labels], classNames: labels is null ? null : classNames));
                break;
            default:
                NpyFile.Write(path, samples.ToFloat());
                break;
        }
    }

    /// <summary>Writes a figure, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="svg">Its text.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteText(string path, string svg) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(svg));

    /// <summary>The names of rows of pictures; null where a row is not of one class, and a name would say too much.</summary>
    /// <param name="labels">The class of each picture; null: they have none.</param>
    /// <param name="columns">Pictures in a row; null: not said.</param>
    /// <param name="classNames">The classes' names by label.</param>
    public static IReadOnlyList<string>? RowNames(IReadOnlyList<int>? labels, int? columns, IReadOnlyList<string>? classNames)
    {
        if (labels is null || columns is not { } across || labels.Chunk(across).Any(row => row.Distinct().Count() > 1)) return null;
        return [.. labels.Chunk(across).Select(row => classNames![row[0]])];
    }
}
