using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Writes samples in a format; the file is replaced whole or not at all.</summary>
internal static class SampleWriter
{
    // Small pictures are enlarged to about this side, so that they can be seen.
    private const int VisibleSide = 56;

    /// <summary>Writes the file; where every class was drawn, pictures stand in one row for each.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, SampleFormat format, TrainedModel model, Tensor samples, Trajectory trajectory, ClassChoice classes)
    {
        switch (format)
        {
            case SampleFormat.Grid:
                Png.Write(path, PictureSheet.Grid(samples, classes.PerClass, scale: Scale(model)));
                break;
            case SampleFormat.Strip:
                Png.Write(path, PictureSheet.Strip(trajectory.States, scale: Scale(model)));
                break;
            case SampleFormat.Animation:
                var frames = trajectory.Estimates.Select(e => PictureSheet.Grid(e, classes.PerClass, scale: Scale(model))).ToArray();
                AtomicFile.Write(path, stream => AnimatedGif.Write(stream, frames));
                break;
            case SampleFormat.Scatter:
                WriteText(path, Data(model, classes) is { } data ? PointSheet.Compare(data, samples) : PointSheet.Panels([samples], ["samples"]));
                break;
            case SampleFormat.ScatterStrip:
                WriteText(path, PointSheet.Panels(trajectory.States, [.. trajectory.StepNumbers.Select(n => $"after step {n}")]));
                break;
            case SampleFormat.Array:
                NpyFile.Write(path, samples.ToFloat());
                break;
            default:
                throw new NotSupportedException($"There is no format {format}.");
        }
    }

    private static int Scale(TrainedModel model) => Math.Max(1, VisibleSide / model.SampleShape[0]);

    private static void WriteText(string path, string text) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(text));

    // Files may have moved since training; what is built in is always there.
    private static Tensor? Data(TrainedModel model, ClassChoice classes)
    {
        if (!DataSource.BuiltIn.ContainsKey(model.Config.Data)) return null;
        var source = DataSource.Open(model.Config.Data);
        var size = source.SampleShape.Count;

        // Samples of one class are shown beside the data of that class.
        var only = classes is { Labels: { } labels, PerClass: null } ? labels[0] : (int?)null;
        var indices = Enumerable.Range(0, source.Count).Where(i => only is null || source.Label(i) == only).Take(classes.Count).ToArray();
        var data = new FloatTensor(source.SampleShape.Prepend(indices.Length));
        for (var k = 0; k < indices.Length; k++) source.Read(indices[k], data.Values.Slice(k * size, size));
        return Tensor.From(data);
    }
}
