using System.Diagnostics.CodeAnalysis;
using DiffusionSharp.Figures;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>
/// The sheet of samples from fixed noise that shows how training goes: pictures as PNG, points in the plane as SVG, anything else as numbers.
/// </summary>
public static class SampleSheet
{
    // Points are cheap, and a scatter of few says nothing.
    private const int PointCount = 2000;

    /// <summary>Draws from fixed noise and writes <c>samples/step-N</c>.</summary>
    /// <param name="folder">The run's.</param>
    /// <param name="model">What to draw from.</param>
    /// <param name="data">The run's data, shown beside points.</param>
    /// <param name="executor">The machine.</param>
    /// <param name="stop">Ends the drawing, between two passes of the network at the latest; nothing is written then.</param>
    /// <param name="watch">Told how many of how many steps of the sampler are done, over all batches, 0 first; null where nobody watches.</param>
    /// <returns>The file; null where it was stopped.</returns>
    /// <remarks>
    /// By deterministic DDIM; where levels of noise were trained by annealed Langevin dynamics with final denoising, and points in the plane
    /// then by plain Langevin dynamics too, side by side with the data.
    /// </remarks>
    [SuppressMessage(
        "Design",
        "CA1068:CancellationToken parameters must come last",
        Justification = "Who watches comes after who stops: most callers stop and do not watch.")]
    public static string? Write(
        RunFolder folder, TrainedModel model, DataSource data, Executor executor, CancellationToken stop = default, Action<int, int>? watch = null)
    {
        try
        {
            return Draw(folder, model, data, executor, watch, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string Draw(RunFolder folder, TrainedModel model, DataSource data, Executor executor, Action<int, int>? watch, CancellationToken stop)
    {
        var config = model.Config;
        var path = folder.SampleFile(model.Step, SampleForm.Extension(model.SampleShape));
        var count = model.IsPictures ? config.SampleCount : Math.Max(config.SampleCount, PointCount);
        if (LangevinPair.CanDraw(model))
        {
            WritePair(path, model.Step, LangevinPair.Draw(model, data, count, config.Seed, executor, stop, watch));
            return path;
        }

        // Of more classes than the sheet has room for, the first are shown, one sample of each.
        var (columns, labels) = config.Conditioning?.Classes switch
        {
            null => (null, null),
            { } all when all <= count => (count / all, Rows(all, count / all)),
            _ => ((int?)null, Rows(count, 1)),
        };
        Sampler sampler = model.Schedule.HasNoiseLevels
            ? LangevinPair.Annealing(model, config.SampleSteps)
            : new DdimSampler(model.Schedule, model.Schedule.Grid(config.SampleSteps));
        var job = new SamplingJob(model, sampler, labels?.Length ?? count, config.Seed, SamplingJob.UsualBatch(model.SampleShape), labels) { Stop = stop };
        var done = 0;
        watch?.Invoke(0, job.TotalSteps);
        var (samples, _) = job.Run(executor, (_, _) => watch?.Invoke(++done, job.TotalSteps));
        Write(path, model, samples, columns, labels: labels);
        return path;
    }

    /// <summary>The classes of a sheet with one row for each: so many 0, as many 1, and so on.</summary>
    /// <param name="classes">How many rows.</param>
    /// <param name="perClass">How many samples of each.</param>
    public static int[] Rows(int classes, int perClass) => [.. Enumerable.Range(0, classes * perClass).Select(k => k / perClass)];

    /// <summary>Writes samples as a sheet: small pictures magnified, rows of one class with its name, points coloured by class.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">What drew them.</param>
    /// <param name="samples">[N, …].</param>
    /// <param name="columns">Pictures in a row; null: as many as rows.</param>
    /// <param name="scale">How often a pixel of a picture is repeated in both directions; null: <see cref="PictureSheet.NaturalScale"/>.</param>
    /// <param name="labels">The class of each sample; null: they have none.</param>
    /// <exception cref="ArgumentException">Labels are not as many as samples, or name a class that the model does not know.</exception>
    public static void Write(string path, TrainedModel model, Tensor samples, int? columns = null, int? scale = null, IReadOnlyList<int>? labels = null)
    {
        var conditioning = model.Config.Conditioning;
        var classes = conditioning?.Classes ?? 0;
        if (labels != null && (labels.Count != samples.Samples || labels.Any(l => l < 0 || l >= classes)))
            throw new ArgumentException(
                $"SampleSheet: {labels.Count} labels for {samples.Samples} samples; each needs one of the model's {classes} classes.", nameof(labels));
        var names = conditioning is null ? null : Enumerable.Range(0, classes).Select(conditioning.NameOf).ToList();
        SampleForm.Write(path, samples, $"step {model.Step}", columns, scale, labels, names);
    }

    // Half as wide again as the data, so that a chain that ran away does not shrink it to a dot.
    private static void WritePair(string path, int step, LangevinPair pair)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var value in pair.Data.Values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        var air = (high - low) / 4;
        SampleForm.WriteText(path, PointSheet.Panels(
            [pair.Data, pair.Plain, pair.Annealed],
            ["data", $"plain Langevin, step {step}", $"annealed Langevin, step {step}"],
            (low - air, high + air)));
    }
}
