using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>Writes samples in the format that a path asks for.</summary>
internal static class SampleFile
{
    // Small pictures are enlarged to about this side, so that they can be seen.
    private const int VisibleSide = 56;

    /// <summary>Writes the file; where every class was drawn, pictures stand in one row for each.</summary>
    public static void Write(Samples samples, string path, bool strip, int? scale)
    {
        var format = SampleFormats.Of(path, samples.SampleShape, strip);
        if (SampleFormats.ShowsMoments(format) && samples.States.Count == 0)
            throw new OptionException($"{{Moments}}: {path} shows how samples emerge, and no moments were kept; draw them with {{Moments}} = {SampleFormats.Moments(format)}.");
        if (scale is < 1 or > 64) throw new OptionException($"{{Scale}}: 1 to 64 is expected, {scale} was given.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        var magnified = scale ?? Math.Max(1, VisibleSide / samples.SampleShape[0]);
        switch (format)
        {
            case SampleFormat.Grid:
                Png.Write(path, PictureSheet.Grid(samples.Values, samples.PerClass, scale: magnified));
                break;
            case SampleFormat.Strip:
                Png.Write(path, PictureSheet.Strip(samples.States, scale: magnified));
                break;
            case SampleFormat.Animation:
                var frames = samples.Estimates.Select(e => PictureSheet.Grid(e, samples.PerClass, scale: magnified)).ToArray();
                AtomicFile.Write(path, stream => AnimatedGif.Write(stream, frames));
                break;
            case SampleFormat.Scatter:
                WriteText(path, Data(samples) is { } data ? PointSheet.Compare(data, samples.Values) : PointSheet.Panels([samples.Values], ["samples"]));
                break;
            case SampleFormat.ScatterStrip:
                WriteText(path, PointSheet.Panels(samples.States, [.. samples.MomentSteps.Select(n => $"after step {n}")]));
                break;
            case SampleFormat.Array:
                NpyFile.Write(path, samples.Values.ToFloat());
                break;
            default:
                throw new NotSupportedException($"There is no format {format}.");
        }
    }

    private static void WriteText(string path, string text) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(text));

    // Files may have moved since training; what is built in is always there.
    private static Tensor? Data(Samples samples)
    {
        if (samples.Model.Config is not { } config || !DataSource.BuiltIn.ContainsKey(config.Data)) return null;
        var source = DataSource.Open(config.Data);
        var size = source.SampleShape.Count;

        // Samples of one class are shown beside the data of that class.
        var only = samples is { Labels: { } labels, PerClass: null } ? labels[0] : (int?)null;
        var indices = Enumerable.Range(0, source.Count).Where(i => only is null || source.Label(i) == only).Take(samples.Count).ToArray();
        var data = new FloatTensor(source.SampleShape.Prepend(indices.Length));
        for (var k = 0; k < indices.Length; k++) source.Read(indices[k], data.Values.Slice(k * size, size));
        return Tensor.From(data);
    }
}
