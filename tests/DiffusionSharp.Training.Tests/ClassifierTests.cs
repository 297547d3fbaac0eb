using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp.Training.Tests;

public sealed class ClassifierTests
{
    private static readonly ClassifierTraining Small = new(Steps: 400, Batch: 32, Width: 16);

    [Fact]
    public void Drawn_digits_are_learned_in_seconds_and_told_apart_on_others_of_their_kind()
    {
        using var two = new Parallelism(2);
        var classifier = Small.Train(DataSource.Open("digits", new DataSourceOptions(Count: 4000)), Machine.On(two));
        var accuracy = classifier.Accuracy(DataSource.Open("digits", new DataSourceOptions(Count: 1000, Split: DataSplit.Test)), Machine.On(two));
        Assert.InRange(accuracy, 0.95, 1);
    }

    [Fact]
    public void Same_seed_same_bytes_at_any_number_of_threads_and_another_seed_gives_others()
    {
        var source = DataSource.Open("digits", new DataSourceOptions(Count: 200));
        var training = Small with { Steps = 6 };
        using var three = new Parallelism(3);
        var one = training.Train(source, Machine.Single);
        var many = training.Train(source, Machine.On(three));
        Assert.Equal(one.Weights.Memory.Span.ToArray(), many.Weights.Memory.Span.ToArray());
        Assert.NotEqual(one.Weights.Memory.Span.ToArray(), (training with { Seed = 1 }).Train(source, Machine.On(three)).Weights.Memory.Span.ToArray());
    }

    [Fact]
    public void A_saved_classifier_says_the_same_and_a_picture_does_not_depend_on_its_batch()
    {
        using var folder = new TemporaryFolder();
        var source = DataSource.Open("digits", new DataSourceOptions(Count: 80));
        var classifier = (Small with { Steps = 3 }).Train(source, Machine.Single);
        classifier.Save(folder["c.safetensors"]);
        var again = TrainedClassifier.Load(folder["c.safetensors"]);
        var pictures = new Rng(3).Normal([70, 28, 28, 1]);
        var features = classifier.Features(pictures, Machine.Single);
        Assert.Equal([70, 64], features.Shape.Dimensions.ToArray());
        Assert.Equal(features.Values.ToArray(), again.Features(pictures, Machine.Single).Values.ToArray());
        Assert.Equal(features.Sample(69).ToArray(), again.Features(pictures.Slice(69, 1), Machine.Single).Values.ToArray());
        Assert.Equal(classifier.Classify(pictures, Machine.Single), again.Classify(pictures, Machine.Single));
    }

    [Fact]
    public void The_cross_entropy_is_the_negative_log_of_the_softmax_also_where_exponentials_overflow()
    {
        float[] logits = [1, 2, 3, 500, -500, 0, -1000, -1001, -1000];
        var loss = Evaluate(logits, [2, 1, 0]);
        Near.Number(Math.Log(1 + Math.Exp(-1) + Math.Exp(-2)), loss[0], 1e-6, "small logits");
        Near.Number(1000, loss[1], 1e-3, "a label that the logits rule out");
        Near.Number(Math.Log(2 + Math.Exp(-1)), loss[2], 1e-5, "logits far below 0");
    }

    [Fact]
    public void The_gradient_of_the_cross_entropy_is_softmax_less_the_label()
    {
        var graph = new Graph();
        var logits = graph.Input("logits", [1, 3]);
        var loss = PictureClassifier.CrossEntropy(logits, graph.Input("labels", [1, 3]));
        var gradient = Gradients.Of(Op.Sum(loss), [logits])[0];
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["g"] = gradient }, new ParameterBuffer(graph.Layout), new CpuExecutor(Parallelism.Single));
        new float[] { 1, 2, 2 }.CopyTo(program.Input("logits"));
        new float[] { 0, 1, 0 }.CopyTo(program.Input("labels"));
        program.Run();
        var sum = Math.Exp(-1) + 2;
        double[] expected = [Math.Exp(-1) / sum, (1 / sum) - 1, 1 / sum];
        for (var i = 0; i < 3; i++) Near.Number(expected[i], program.Output("g")[i], 1e-6, $"gradient {i}");
    }

    [Fact]
    public void What_cannot_be_classified_is_refused_in_one_line()
    {
        Assert.Contains("has samples [2]", Assert.Throws<ArgumentException>(() => Small.Train(DataSource.Open("moons"), Machine.Single)).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        var classifier = (Small with { Steps = 1 }).Train(DataSource.Open("digits", new DataSourceOptions(Count: 40)), Machine.Single);
        Assert.Contains("pictures of [28, 28, 1] were expected, [2, 14, 14, 1] came", Assert.Throws<ArgumentException>(() => classifier.Features(Tensor.Zeros([2, 14, 14, 1]), Machine.Single)).Message, StringComparison.Ordinal);
        var path = folder["weights.safetensors"];
        Data.Formats.SafetensorsFile.Write(path, classifier.Weights.Export());
        Assert.Contains("no number 'classes'", Assert.Throws<DataException>(() => TrainedClassifier.Load(path)).Message, StringComparison.Ordinal);
        Data.Formats.SafetensorsFile.Write(path, classifier.Weights.Export().Skip(1), new Dictionary<string, string> { ["height"] = "28", ["width"] = "28", ["channels"] = "1", ["classes"] = "10", ["filters"] = "16", ["blocks"] = "3", ["features"] = "64" });
        Assert.Contains("is missing", Assert.Throws<DataException>(() => TrainedClassifier.Load(path)).Message, StringComparison.Ordinal);
    }

    private static float[] Evaluate(float[] logits, int[] labels)
    {
        var graph = new Graph();
        Shape shape = [labels.Length, logits.Length / labels.Length];
        var loss = PictureClassifier.CrossEntropy(graph.Input("logits", shape), graph.Input("labels", shape));
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["loss"] = loss }, new ParameterBuffer(graph.Layout), new CpuExecutor(Parallelism.Single));
        logits.CopyTo(program.Input("logits"));
        for (var k = 0; k < labels.Length; k++) program.Input("labels")[(k * shape[1]) + labels[k]] = 1;
        program.Run();
        return program.Output("loss").ToArray();
    }
}
