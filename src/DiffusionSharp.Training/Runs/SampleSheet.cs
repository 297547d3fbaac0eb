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
        var job = new SamplingJob(model, new DdimSampler(model.Schedule, grid), count, config.Seed, model.IsPictures ? 32 : 1024);
        var (samples, _) = job.Run(parallelism);
        var path = folder.SampleFile(model.Step, Extension(model.SampleShape));
        Write(path, model, samples);
        return path;
    }

    /// <summary>Writes samples as a sheet.</summary>
    public static void Write(string path, TrainedModel model, Tensor samples)
    {
        switch (Extension(model.SampleShape))
        {
            case ".png":
                Png.Write(path, PictureSheet.Grid(samples));
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
