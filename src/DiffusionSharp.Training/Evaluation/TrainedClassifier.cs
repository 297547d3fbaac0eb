using System.Globalization;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>A trained <see cref="PictureClassifier"/>: the features that pictures are compared by, and the class each shows.</summary>
/// <remarks>A picture's result depends on that picture alone, at any number of threads.</remarks>
public sealed class TrainedClassifier
{
    private const int Batch = 64;
    private const string HeightKey = "height", WidthKey = "width", ChannelsKey = "channels";
    private const string ClassesKey = "classes", FilterKey = "filters", BlocksKey = "blocks", FeaturesKey = "features";

    /// <summary>Joins a network and its weights.</summary>
    /// <param name="options">The network.</param>
    /// <param name="pictureShape">[H, W, C] of the pictures it was trained on.</param>
    /// <param name="weights">Weights of this network.</param>
    public TrainedClassifier(PictureClassifierOptions options, Shape pictureShape, ParameterBuffer weights) =>
        (Options, PictureShape, Weights) = (options, pictureShape, weights);

    /// <summary>The network.</summary>
    public PictureClassifierOptions Options { get; }

    /// <summary>[H, W, C] of the pictures it takes.</summary>
    public Shape PictureShape { get; }

    /// <summary>Its weights.</summary>
    public ParameterBuffer Weights { get; }

    /// <summary>Loads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">The file is missing, damaged, or no classifier.</exception>
    public static TrainedClassifier Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        int Number(string key) =>
            int.TryParse(file.Metadata.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 65_536
                ? value
                : throw new DataException($"{path}: not a classifier of pictures: its metadata has no number '{key}' from 1 to 65536.");
        var options = new PictureClassifierOptions(Number(ClassesKey), Number(ChannelsKey), Number(FilterKey), Number(BlocksKey), Number(FeaturesKey));
        try
        {
            Shape shape = [Number(HeightKey), Number(WidthKey), options.Channels];
            var layout = Outputs(options, shape, 1)["logits"].Graph.Layout;
            foreach (var entry in layout.Entries)
                if (!file.Contains(entry.Name) || file.Entry(entry.Name).Shape != entry.Shape)
                    throw new DataException(
                        $"{path}: the parameter '{entry.Name}' of shape {entry.Shape} is missing; the file is damaged or of another network.");
            var weights = new ParameterBuffer(layout);
            weights.Import(file.Read);
            return new TrainedClassifier(options, shape, weights);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new DataException($"{path}: not a classifier of pictures: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Writes the weights as safetensors, the network's shape in the metadata.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => SafetensorsFile.Write(path, Weights.Export(), new Dictionary<string, string>
    {
        [HeightKey] = Text(PictureShape[0]),
        [WidthKey] = Text(PictureShape[1]),
        [ChannelsKey] = Text(Options.Channels),
        [ClassesKey] = Text(Options.Classes),
        [FilterKey] = Text(Options.Width),
        [BlocksKey] = Text(Options.Blocks),
        [FeaturesKey] = Text(Options.Features),
    });

    /// <summary>The features of pictures, what the last layer decides from.</summary>
    /// <param name="pictures">[N, H, W, C] in [−1, 1].</param>
    /// <param name="executor">The machine.</param>
    /// <returns>[N, features].</returns>
    /// <exception cref="ArgumentException">The pictures have another shape.</exception>
    public Tensor Features(Tensor pictures, Executor executor) => Run("features", pictures, executor);

    /// <summary>The logits of pictures; their softmax is the probability of each class.</summary>
    /// <inheritdoc cref="Features"/>
    /// <returns>[N, classes].</returns>
    public Tensor Logits(Tensor pictures, Executor executor) => Run("logits", pictures, executor);

    /// <summary>The most probable class of each picture; the first of equals.</summary>
    /// <inheritdoc cref="Features"/>
    /// <returns>N labels, 0 to classes − 1.</returns>
    public IReadOnlyList<int> Classify(Tensor pictures, Executor executor)
    {
        var logits = Logits(pictures, executor);
        var labels = new int[pictures.Samples];
        for (var k = 0; k < labels.Length; k++)
        {
            var row = logits.Sample(k);
            for (var c = 1; c < row.Length; c++)
                if (row[c] > row[labels[k]]) labels[k] = c;
        }

        return labels;
    }

    /// <summary>The share of a labelled source's pictures that it gives the right class.</summary>
    /// <param name="source">Pictures of the shape it was trained on, with labels.</param>
    /// <param name="executor">The machine.</param>
    /// <exception cref="ArgumentException">The source has no labels or other pictures.</exception>
    public double Accuracy(DataSource source, Executor executor)
    {
        if (!source.HasLabels) throw new ArgumentException($"TrainedClassifier: {source.Name} has no labels to be compared with.", nameof(source));
        const int Part = 1024;
        var right = 0;
        for (var first = 0; first < source.Count; first += Part)
        {
            var found = Classify(source.Read(Enumerable.Range(first, Math.Min(Part, source.Count - first))), executor);
            for (var k = 0; k < found.Count; k++)
                if (found[k] == source.Label(first + k)) right++;
        }

        return (double)right / source.Count;
    }

    /// <summary>The network as nodes: <c>features</c> and <c>logits</c> of the input <c>x</c>.</summary>
    internal static Dictionary<string, Node> Outputs(PictureClassifierOptions options, Shape pictureShape, int batch)
    {
        var graph = new Graph();
        var (features, logits) = PictureClassifier.Build(graph, options, graph.Input("x", pictureShape.Prepend(batch)));
        return new() { ["features"] = features, ["logits"] = logits };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private Tensor Run(string output, Tensor pictures, Executor executor)
    {
        if (pictures.Shape.Rank != 4 || pictures.Shape.Tail() != PictureShape)
            throw new ArgumentException($"TrainedClassifier: pictures of {PictureShape} were expected, {pictures.Shape} came.", nameof(pictures));
        var outputs = Outputs(Options, PictureShape, Batch);
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { [output] = outputs[output] }, Weights, executor);
        var values = pictures.ToFloat();
        var size = PictureShape.Count;
        var result = new FloatTensor([pictures.Samples, outputs[output].Shape[1]]);
        var width = result.Shape[1];
        for (var first = 0; first < pictures.Samples; first += Batch)
        {
            // Rows past the last picture are idle.
            var count = Math.Min(Batch, pictures.Samples - first);
            var x = program.Input("x");
            values.Values.Slice(first * size, count * size).CopyTo(x);
            x[(count * size)..].Clear();
            program.Run();
            program.Output(output)[..(count * width)].CopyTo(result.Values[(first * width)..]);
        }

        return Tensor.From(result);
    }
}
