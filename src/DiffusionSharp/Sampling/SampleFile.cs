using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp;

/// <summary>Writes samples in the format that a path asks for.</summary>
internal static class SampleFile
{
    /// <summary>Writes the file; where every class was drawn, pictures stand in one row for each, with its name, and points have its colour.</summary>
    public static void Write(Samples samples, string path, bool strip, int? scale)
    {
        var format = SampleFormats.Of(path, samples.SampleShape, strip);
        if (SampleFormats.ShowsMoments(format) && samples.States.Count == 0)
            throw new OptionException(
                $"{{Moments}}: {path} shows how samples emerge, and no moments were kept; draw them with {{Moments}} = {SampleFormats.Moments(format)}.");
        if (scale is < 1 or > 64) throw new OptionException($"{{Scale}}: 1 to 64 is expected, {scale} was given.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        switch (format)
        {
            case SampleFormat.Grid or SampleFormat.Array:
                SampleForm.Write(path, samples.Values, "samples", samples.PerClass, scale, samples.Labels, samples.ClassNames);
                break;
            case SampleFormat.Strip:
                Png.Write(path, PictureSheet.Strip(samples.States, scale: scale, rowLabels: RowNames(samples, 1)));
                break;
            case SampleFormat.Animation:
                var frames = samples.Estimates.Select(
                    e => PictureSheet.Grid(e, samples.PerClass, scale: scale, rowLabels: RowNames(samples, samples.PerClass ?? 0))).ToArray();
                AtomicFile.Write(path, stream => AnimatedGif.Write(stream, frames));
                break;
            case SampleFormat.Scatter:
                WriteScatter(path, samples);
                break;
            case SampleFormat.ScatterStrip:
                string[] titles = [.. samples.MomentSteps.Select(n => $"after step {n}")];
                SampleForm.WriteText(
                    path, PointSheet.Panels(samples.States, titles, labels: [.. samples.States.Select(_ => samples.Labels)], classNames: Names(samples)));
                break;
            default:
                throw new NotSupportedException($"There is no format {format}.");
        }
    }

    // The class of each row of a sheet; only where all were drawn is it not the same for all of them.
    private static string[]? RowNames(Samples samples, int perRow) =>
        samples is { PerClass: not null, Labels: { } labels } ? [.. labels.Chunk(perRow).Select(row => samples.ClassNames[row[0]])] : null;

    private static IReadOnlyList<string>? Names(Samples samples) => samples.Labels is null ? null : samples.ClassNames;

    private static void WriteScatter(string path, Samples samples)
    {
        if (Data(samples) is not var (data, labels))
        {
            SampleForm.Write(path, samples.Values, "samples", labels: samples.Labels, classNames: samples.ClassNames);
            return;
        }

        SampleForm.WriteText(path, PointSheet.Compare(data, samples.Values, dataLabels: labels, sampleLabels: samples.Labels, classNames: Names(samples)));
    }

    // Files may have moved since training; what is built in is always there.
    private static (Tensor Data, int[]? Labels)? Data(Samples samples)
    {
        if (samples.Model.Config is not { } config || !DataSource.BuiltIn.ContainsKey(config.Data)) return null;
        var source = DataSource.Open(config.Data);

        // Samples of one class are shown beside the data of that class.
        var only = samples is { Labels: { } labels, PerClass: null } ? labels[0] : (int?)null;
        var indices = Enumerable.Range(0, source.Count).Where(i => only is null || source.Label(i) == only).Take(samples.Count).ToArray();
        return (source.Read(indices), samples.Labels is null ? null : [.. indices.Select(source.Label)]);
    }
}
