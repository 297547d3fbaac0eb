using DiffusionSharp.Data.Sources;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>Trains a classifier of pictures by cross-entropy, so that generated pictures can be judged by something that did not generate them.</summary>
/// <param name="Steps">Optimizer steps, at least 1.</param>
/// <param name="Batch">Pictures a step, at least 1.</param>
/// <param name="Seed">Of the weights and of the order of the pictures.</param>
/// <param name="Rate">Learning rate of AdamW after its warm-up; it falls to 0 on half a wave of the cosine.</param>
/// <param name="Width">Channels of the first convolution.</param>
/// <param name="Features">Numbers that stand for a picture.</param>
/// <remarks>The same source and options give the same bytes, at any number of threads. The defaults learn MNIST in about a minute on two cores.</remarks>
public sealed record ClassifierTraining(int Steps = 3000, int Batch = 128, ulong Seed = 0, double Rate = 3e-3, int Width = 32, int Features = 64)
{
    private const double WeightDecay = 0.01;

    /// <summary>Trains on every picture of a source, in an order of the seed.</summary>
    /// <param name="source">Pictures with labels, of two classes and more.</param>
    /// <param name="executor">The machine.</param>
    /// <param name="watch">Told of the steps done and the loss of each; null where nobody watches.</param>
    /// <exception cref="ArgumentException">The source has no labels or no pictures, or a number is out of range.</exception>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public TrainedClassifier Train(DataSource source, Executor executor, Action<int, double>? watch = null)
    {
        if (!source.IsPictures || source.Classes < 2)
            throw new ArgumentException(
                "ClassifierTraining: pictures with labels of two classes and more were expected; "
                + $"{source.Name} has samples {source.SampleShape} and {source.Classes} classes.",
                nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1, nameof(Steps));
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1, nameof(Batch));
        var options = new PictureClassifierOptions(source.Classes, source.SampleShape[^1], Width, Features: Features);
        var root = new Rng(Seed);
        Node Loss(Graph graph)
        {
            var (_, logits) = PictureClassifier.Build(graph, options, graph.Input("x", source.SampleShape.Prepend(Batch)));
            return PictureClassifier.CrossEntropy(logits, graph.Input("labels", logits.Shape));
        }

        var warmup = Math.Min(100, Steps / 10);
        var program = new LossProgram(
            Loss,
            new AdamOptions(Rate, WeightDecay: WeightDecay, ClipNorm: 1),
            new LearningRateSchedule(RateCurve.Cosine, warmup, Steps),
            root.Split("weights"),
            executor);
        var order = new BatchSampler(source.Count, Batch, root.Split("order").Key);
        var (indices, size) = (new int[Batch], source.SampleShape.Count);
        for (var step = 0; step < Steps; step++)
        {
            order.Indices(step, indices);
            var x = program.Input("x");
            var labels = program.Input("labels");
            labels.Clear();
            for (var k = 0; k < Batch; k++)
            {
                source.Read(indices[k], x.Slice(k * size, size));
                labels[(k * source.Classes) + source.Label(indices[k])] = 1;
            }

            var loss = program.Step();
            if (!double.IsFinite(loss))
                throw new DivergedException(
                    $"ClassifierTraining: the loss of step {step + 1} is not finite; train with a lower rate than {FormattableString.Invariant($"{Rate}")}.");
            watch?.Invoke(step + 1, loss);
        }

        return new TrainedClassifier(options, source.SampleShape, program.Weights);
    }
}
