using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Evaluation;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>What all phases share.</summary>
internal sealed class Study(StudyOptions options, Parallelism parallelism)
{
    private readonly Dictionary<DataSplit, DataSource> sources = [];
    private TrainedClassifier? classifier;

    public StudyOptions Options => options;

    public Parallelism Parallelism => parallelism;

    public StudyFolder Folder { get; } = new(options.Out);

    public string ClassifierFile => Folder.In("classifier.safetensors");

    /// <summary>The models that are asked for and can be trained.</summary>
    public IReadOnlyList<StudyModel> Models { get; } = [.. StudyModel.All.Where(m => m.Exists && (options.Only is null || options.Only.Contains(m.Name)))];

    /// <summary>The models of the comparison.</summary>
    public IEnumerable<StudyModel> Compared => Models.Where(m => !m.Conditional);

    /// <summary>A part of the data.</summary>
    public DataSource Open(DataSplit split) => sources.TryGetValue(split, out var source) ? source : sources[split] = DataSource.Open(options.Data, new DataSourceOptions(Split: split), parallelism);

    /// <summary>Refuses data that a later phase cannot use, before hours are spent on the first.</summary>
    /// <exception cref="DataException">They are no pictures, have no labels or no test part, or too few test pictures.</exception>
    public void Check()
    {
        foreach (var split in (DataSplit[])[DataSplit.Train, DataSplit.Test])
        {
            var source = Open(split);
            if (!source.IsPictures || !source.HasLabels) throw new DataException($"{source.Name}: pictures [H, W, C] with labels are compared, and these samples are {source.SampleShape} {(source.HasLabels ? "with" : "without")} labels; name a folder like MNIST's.");
        }

        // Half of them are compared with, and half stand in for a perfect model.
        if (2 * options.Count > Open(DataSplit.Test).Count) throw new DataException($"--count: {options.Count} samples are compared with as many test pictures, and these with as many others; {options.Data} has {Open(DataSplit.Test).Count}, so at most {Open(DataSplit.Test).Count / 2} can be.");
    }

    /// <summary>The classifier that was trained.</summary>
    /// <exception cref="DataException">It was not.</exception>
    public TrainedClassifier Judge() => classifier ??= TrainedClassifier.Load(ClassifierFile);

    /// <summary>The configuration of a model on this data.</summary>
    public RunConfig Config(StudyModel model, DataSource source) => model.Config(DataSource.BuiltIn.ContainsKey(options.Data) ? options.Data : Path.GetFullPath(options.Data), source);

    /// <summary>Adds to the time that a phase took, over all processes that ran it.</summary>
    public void Note(string phase, double seconds)
    {
        var times = Folder.Read<Dictionary<string, double>>("phases.json") ?? [];
        times[phase] = times.GetValueOrDefault(phase) + seconds;
        Folder.Write(times, "phases.json");
    }

    /// <summary>Test pictures of a seeded order, none twice.</summary>
    /// <param name="first">The first of them in this order.</param>
    /// <param name="count">How many.</param>
    public Tensor TestPictures(int first, int count)
    {
        var source = Open(DataSplit.Test);
        var order = new BatchSampler(source.Count, 1, new Rng(StudyOptions.Seed).Split("test pictures").Key);
        var (size, data) = (source.SampleShape.Count, new FloatTensor(source.SampleShape.Prepend(count)));
        for (var k = 0; k < count; k++) source.Read(order.IndexAt(first + k), data.Values.Slice(k * size, size));
        return Tensor.From(data);
    }
}
