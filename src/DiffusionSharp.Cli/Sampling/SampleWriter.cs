using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Writes samples in a format; the file is replaced whole or not at all.</summary>
internal static class SampleWriter
{
    // Small pictures are enlarged to about this side, so that they can be seen.
    private const int VisibleSide = 56;

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, SampleFormat format, TrainedModel model, Tensor samples, Trajectory trajectory)
    {
        switch (format)
        {
            case SampleFormat.Grid:
                Png.Write(path, PictureSheet.Grid(samples, scale: Scale(model)));
                break;
            case SampleFormat.Strip:
                Png.Write(path, PictureSheet.Strip(trajectory.States, scale: Scale(model)));
                break;
            case SampleFormat.Animation:
                var frames = trajectory.Estimates.Select(e => PictureSheet.Grid(e, scale: Scale(model))).ToArray();
                AtomicFile.Write(path, stream => AnimatedGif.Write(stream, frames));
                break;
            case SampleFormat.Scatter:
                WriteText(path, Data(model, samples.Samples) is { } data ? PointSheet.Compare(data, samples) : PointSheet.Panels([samples], ["samples"]));
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
    private static Tensor? Data(TrainedModel model, int count)
    {
        if (!DataSources.Names.ContainsKey(model.Config.Data)) return null;
        var source = DataSources.Open(model.Config.Data);
        var size = source.SampleShape.Count;
        var data = new FloatTensor(source.SampleShape.Prepend(Math.Min(count, source.Count)));
        for (var k = 0; k < data.Shape[0]; k++) source.Read(k, data.Values.Slice(k * size, size));
        return Tensor.From(data);
    }
}
