using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>The sheet of samples from fixed noise that shows how training goes: pictures as PNG, points in the plane as SVG, anything else as numbers.</summary>
public static class SampleSheet
{
    // Points are cheap, and a scatter of few says nothing.
    private const int PointCount = 2000;

    /// <summary>Draws by deterministic DDIM and writes <c>samples/step-N</c>.</summary>
    /// <returns>The file.</returns>
    public static string Write(RunFolder folder, TrainedModel model, Parallelism parallelism)
    {
        var config = model.Config;
        var grid = config.ScheduleOrDefault().Grid(model.Schedule, TimestepSpacing.Trailing, config.SampleSteps);
        var count = model.IsPictures ? config.SampleCount : Math.Max(config.SampleCount, PointCount);
        var classes = config.Conditioning?.Classes;

        // Of more classes than the sheet has room for, the first are shown, one sample of each.
        var (columns, labels) = classes is not { } all ? (null, null) : all <= count ? (count / all, Rows(all, count / all)) : ((int?)null, Rows(count, 1));
        var job = new SamplingJob(model, new DdimSampler(model.Schedule, grid), labels?.Length ?? count, config.Seed, model.IsPictures ? 32 : 1024, labels);
        var (samples, _) = job.Run(parallelism);
        var path = folder.SampleFile(model.Step, Extension(model.SampleShape));
        Write(path, model, samples, columns);
        return path;
    }

    /// <summary>The classes of a sheet with one row for each: so many 0, as many 1, and so on.</summary>
    /// <param name="classes">How many rows.</param>
    /// <param name="perClass">How many samples of each.</param>
    public static int[] Rows(int classes, int perClass) => [.. Enumerable.Range(0, classes * perClass).Select(k => k / perClass)];

    /// <summary>Writes samples as a sheet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">What drew them.</param>
    /// <param name="samples">[N, …].</param>
    /// <param name="columns">Pictures in a row; null: as many as rows.</param>
    public static void Write(string path, TrainedModel model, Tensor samples, int? columns = null)
    {
        switch (Extension(model.SampleShape))
        {
            case ".png":
                Png.Write(path, PictureSheet.Grid(samples, columns));
                break;
            case ".svg":
                AtomicFile.Write(path, Encoding.UTF8.GetBytes(PointSheet.Panels([samples], [$"step {model.Step}"])));
                break;
            default:
                NpyFile.Write(path, samples.ToFloat());
                break;
        }
    }

    /// <summary>The form in which samples of a shape are seen best: <c>.png</c> for grey and colour pictures, <c>.svg</c> for points in the plane, <c>.npy</c> for the rest.</summary>
    public static string Extension(Shape sample) => (sample.Rank, sample[^1]) switch
    {
        (3, 1 or 3) => ".png",
        (1, 2) => ".svg",
        _ => ".npy",
    };
}
