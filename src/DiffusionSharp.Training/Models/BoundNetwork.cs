using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Models;

/// <summary>A network compiled for batches of one size, as the core sees it.</summary>
/// <remarks>
/// Smaller batches leave the last rows idle; larger ones are cut. A sample's result depends on that sample alone. A network with classes
/// that is asked without takes "no class" for all samples.
/// </remarks>
public sealed class BoundNetwork : DenoisingNetwork
{
    private readonly NetworkBlueprint blueprint;
    private readonly ParameterBuffer weights;
    private readonly Executor executor;
    private readonly CompiledGraph program;
    private readonly Shape batchShape;
    private CompiledGraph? gradient;

    /// <summary>Compiles a network for sampling.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="batch">Samples at a time, at least 1.</param>
    /// <param name="executor">The machine; the precision is the network's.</param>
    public BoundNetwork(NetworkBlueprint blueprint, ParameterBuffer weights, int batch, Executor executor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (this.blueprint, this.weights, this.executor) = (blueprint, weights, executor.At(blueprint.Precision));
        batchShape = blueprint.SampleShape.Prepend(batch);
        program = Compile(Outputs(blueprint, batch));
    }

    /// <summary>The network as nodes: <c>out</c> from the inputs <c>x</c>, <c>t</c> and, where it has classes, <c>labels</c>.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="batch">Samples at a time.</param>
    public static IReadOnlyDictionary<string, Node> Outputs(NetworkBlueprint blueprint, int batch) =>
        new Dictionary<string, Node> { ["out"] = blueprint.Build(new Graph(), batch, training: false) };

    /// <summary>How often it was evaluated or differentiated, counted by batches of its size.</summary>
    public long Calls { get; private set; }

    /// <summary>Ends an evaluation between two of its passes; none by default.</summary>
    /// <remarks>An evaluation that was ended throws <see cref="OperationCanceledException"/>; the network can be asked again.</remarks>
    public CancellationToken Stop { get; set; }

    /// <summary>What runs.</summary>
    public Graphs.Planning.Plan Plan => program.Plan;

    /// <inheritdoc/>
    public override bool HasGradient => true;

    /// <inheritdoc/>
    public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes) => Run(program, "out", x, t, classes, null);

    /// <inheritdoc/>
    /// <remarks>The backward program is compiled when first asked for.</remarks>
    public override FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent)
    {
        gradient ??= Compile(GradientOutputs());
        return Run(gradient, "gradient", x, t, classes, cotangent);
    }

    private CompiledGraph Compile(IReadOnlyDictionary<string, Node> outputs) => CompiledGraph.Compile(outputs, weights, executor);

    private Dictionary<string, Node> GradientOutputs()
    {
        var graph = new Graph();
        var x = graph.Input("x", batchShape);
        var output = Op.Slice(
            blueprint.Build(graph, x, graph.Input("t", [batchShape[0]]), blueprint.Labels(graph, batchShape[0]), training: false), -1, 0, batchShape[^1]);
        return new Dictionary<string, Node> { ["gradient"] = Gradients.Of(Op.Sum(output * graph.Input("cotangent", batchShape)), [x])[0] };
    }

    private FloatTensor Run(CompiledGraph compiled, string output, FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor? cotangent)
    {
        CheckClasses(classes, t.Length);
        if (x.Shape.Tail() != batchShape.Tail())
            throw new ArgumentException($"The network takes samples of {batchShape.Tail()}, not {x.Shape.Tail()}.", nameof(x));
        var (capacity, size) = (batchShape[0], batchShape.Tail().Count);
        var width = compiled.Output(output).Length / capacity;
        var result = new FloatTensor(width == size ? x.Shape : x.Shape.With(^1, x.Shape[^1] * (width / size)));
        for (var start = 0; start < t.Length; start += capacity)
        {
            var count = Math.Min(capacity, t.Length - start);
            Fill(compiled.Input("x"), x.Values.Slice(start * size, count * size));
            if (compiled.HasInput("t")) Fill(compiled.Input("t"), t.Slice(start, count));
            if (blueprint.Conditioning is { } conditioning)
                FillLabels(compiled.Input("labels"), classes.IsEmpty ? [] : classes.Slice(start, count), conditioning.NoClass());
            if (cotangent is not null) Fill(compiled.Input("cotangent"), cotangent.Values.Slice(start * size, count * size));
            compiled.RunUnlessStopped(default, Stop);
            Calls++;
            compiled.Output(output)[..(count * width)].CopyTo(result.Values[(start * width)..]);
        }

        return result;
    }

    private void CheckClasses(ReadOnlySpan<int> classes, int samples)
    {
        if (classes.IsEmpty) return;
        if (blueprint.Conditioning is not { } conditioning) throw new NotSupportedException("This network was trained without classes.");
        if (classes.Length != samples)
            throw new ArgumentException($"The network takes one class for each of the {samples} samples, {classes.Length} were given.", nameof(classes));
        foreach (var label in classes)
            if ((uint)label > (uint)conditioning.NoClass())
                throw new ArgumentOutOfRangeException(
                    nameof(classes), $"The network's classes are 0 to {conditioning.Classes - 1}, and {conditioning.NoClass()} for none; {label} was given.");
    }

    private static void FillLabels(Span<float> input, ReadOnlySpan<int> classes, int noClass)
    {
        for (var k = 0; k < input.Length; k++) input[k] = k < classes.Length ? classes[k] : noClass;
    }

    // Rows past the last sample are idle.
    private static void Fill(Span<float> input, ReadOnlySpan<float> values)
    {
        values.CopyTo(input);
        input[values.Length..].Clear();
    }
}
