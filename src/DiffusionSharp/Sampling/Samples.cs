using System.Globalization;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>Samples of a model: they know their shape, their classes and how they were made, and write themselves.</summary>
public sealed class Samples
{
    private readonly Trajectory? trajectory;

    internal Samples(Tensor values, DiffusionModel model, SamplingPlan plan, ulong seed, long networkCalls, Trajectory? trajectory)
    {
        (Values, Model, Plan, Seed, NetworkCalls, this.trajectory) = (values, model, plan, seed, networkCalls, trajectory);
    }

    /// <summary>The samples, [N, H, W, C] in [−1, 1] for pictures, [N, D] in data units for vectors.</summary>
    public Tensor Values { get; }

    /// <summary>How many there are.</summary>
    public int Count => Values.Samples;

    /// <summary>The shape of one: [H, W, C] or [D].</summary>
    public Shape SampleShape => Model.SampleShape;

    /// <summary>The class of each, by its number; null where they were drawn without a class.</summary>
    public IReadOnlyList<int>? Labels => Plan.Labels;

    /// <summary>Samples of each class where all were drawn; null where not.</summary>
    public int? PerClass => Plan.PerClass;

    /// <summary>The names of the model's classes by number; empty without.</summary>
    public IReadOnlyList<string> ClassNames => Model.ClassNames;

    /// <summary>The seed: sample k depends on it, on k and on its class alone.</summary>
    public ulong Seed { get; }

    /// <summary>The sampler's name.</summary>
    public string Sampler => Plan.Name;

    /// <summary>Steps from noise to data.</summary>
    public int Steps => Plan.Sampler.Grid.Count;

    /// <summary>How often the network was asked, batches counted one by one; 0 for a denoiser of the caller's own, which nobody counts.</summary>
    public long NetworkCalls { get; }

    /// <summary>w of the guidance that acted; null without.</summary>
    public double? Guidance => Plan.Guidance?.Weight;

    /// <summary>Steps that the model was trained for.</summary>
    public int TrainedSteps => Model.TrainedSteps;

    internal DiffusionModel Model { get; }

    internal SamplingPlan Plan { get; }

    /// <summary>The samples themselves at each moment that was kept, noisiest first; empty where none was.</summary>
    public IReadOnlyList<Tensor> States => trajectory?.States ?? [];

    /// <summary>The estimate of the finished samples at each moment that was kept; empty where none was.</summary>
    public IReadOnlyList<Tensor> Estimates => trajectory?.Estimates ?? [];

    /// <summary>Which step each moment follows, from 1; empty where none was kept.</summary>
    public IReadOnlyList<int> MomentSteps => trajectory?.StepNumbers ?? [];

    /// <summary>Each sample as an 8-bit picture.</summary>
    /// <exception cref="InvalidOperationException">The samples are vectors.</exception>
    public IReadOnlyList<Picture> Pictures
    {
        get
        {
            if (!Model.IsPictures) throw new InvalidOperationException($"Samples: they are vectors of {SampleShape.Count} values, not pictures; read Values.");
            var values = Values.ToFloat();
            var (size, shape) = (SampleShape.Count, SampleShape);
            return [.. Enumerable.Range(0, Count).Select(k => Picture.FromValues(values.Values.Slice(k * size, size), shape[0], shape[1], shape[2]))];
        }
    }

    /// <summary>Writes all of them as one file; it is replaced whole or not at all.</summary>
    /// <param name="path">
    /// <c>.png</c>: a sheet of pictures, one row for each class where all were drawn; <c>.gif</c>: the sheet as it emerges; <c>.svg</c>: points in
    /// the plane; <c>.npy</c>: numbers.
    /// </param>
    /// <param name="strip">Show moments of denoising side by side, as <c>.png</c> or <c>.svg</c>.</param>
    /// <param name="scale">Whole factor that pictures are magnified by; null: small ones as far as they can be seen.</param>
    /// <exception cref="OptionException">The ending does not fit the samples, or no moments were kept for a strip or an animation.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, bool strip = false, int? scale = null) => SampleFile.Write(this, path, strip, scale);

    /// <summary>Writes each as a file of its own: <c>00000.png</c>, <c>00001.png</c>, …; vectors and pictures of 2 or 4 channels as <c>.npy</c>.</summary>
    /// <param name="folder">Made where it is missing; files of other names are left alone. Where all classes were drawn, each has a sub-folder.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <returns>The files, in the order of the samples.</returns>
    public IReadOnlyList<string> SaveEach(string folder)
    {
        var pictures = Model.IsPictures && SampleShape[2] is 1 or 3 ? Pictures : null;
        var values = pictures is null ? Values.ToFloat() : null;
        var files = new string[Count];
        for (var k = 0; k < files.Length; k++)
        {
            var into = PerClass is null ? folder : Path.Combine(folder, FolderName(Labels![k]));
            Directory.CreateDirectory(into);
            files[k] = Path.Combine(
                into, (PerClass is { } each ? k % each : k).ToString("D5", CultureInfo.InvariantCulture) + (pictures is null ? ".npy" : ".png"));
            if (pictures is not null) Png.Write(files[k], pictures[k]);
            else NpyFile.Write(files[k], new FloatTensor(SampleShape, values!.Values.Slice(k * SampleShape.Count, SampleShape.Count).ToArray()));
        }

        return files;
    }

    // Two classes never share a folder: names that look alike to a file system get their number in front.
    private string FolderName(int label)
    {
        var name = PlainName(label);
        var alike = Enumerable.Range(
            0, Model.Conditioning!.Classes).Any(other => other != label && string.Equals(PlainName(other), name, StringComparison.OrdinalIgnoreCase));
        return alike ? $"{label.ToString(CultureInfo.InvariantCulture)}-{name}" : name;
    }

    // A class's name is data: what no file system takes in a name becomes a line.
    private string PlainName(int label)
    {
        var name = string.Concat(
            Model.Conditioning!.NameOf(label).Select(c => char.IsControl(c) || "/\\:*?\"<>|".Contains(c, StringComparison.Ordinal) ? '_' : c)).Trim(' ', '.');
        return name.Length == 0 ? label.ToString(CultureInfo.InvariantCulture) : name;
    }
}
