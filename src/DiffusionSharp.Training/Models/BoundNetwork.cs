using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Models;

/// <summary>A network compiled for batches of one size, as the core sees it.</summary>
/// <remarks>Smaller batches leave the last rows idle; larger ones are cut. A sample's result depends on that sample alone.</remarks>
public sealed class BoundNetwork : DenoisingNetwork
{
    private readonly NetworkBlueprint blueprint;
    private readonly ParameterBuffer weights;
    private readonly Parallelism parallelism;
    private readonly Program program;
    private readonly Shape batchShape;
    private Program? gradient;

    /// <summary>Compiles a network for sampling.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="batch">Samples at a time, at least 1.</param>
    /// <param name="parallelism">The threads.</param>
    public BoundNetwork(NetworkBlueprint blueprint, ParameterBuffer weights, int batch, Parallelism parallelism)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (this.blueprint, this.weights, this.parallelism) = (blueprint, weights, parallelism);
        batchShape = blueprint.SampleShape.Prepend(batch);
        program = Compile(Outputs(blueprint, batch));
    }

    /// <summary>The network as nodes: <c>out</c> from the inputs <c>x</c> and <c>t</c>.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="batch">Samples at a time.</param>
    public static IReadOnlyDictionary<string, Node> Outputs(NetworkBlueprint blueprint, int batch)
    {
        var graph = new Graph();
        return new Dictionary<string, Node> { ["out"] = blueprint.Build(graph, graph.Input("x", blueprint.SampleShape.Prepend(batch)), graph.Input("t", [batch]), training: false) };
    }

    /// <summary>How often it was evaluated or differentiated, counted by batches of its size.</summary>
    public long Calls { get; private set; }

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

    private Program Compile(IReadOnlyDictionary<string, Node> outputs) => Program.Compile(outputs, weights, new CpuExecutor(parallelism, blueprint.Precision));

    private Dictionary<string, Node> GradientOutputs()
    {
        var graph = new Graph();
        var x = graph.Input("x", batchShape);
        var output = Op.Slice(blueprint.Build(graph, x, graph.Input("t", [batchShape[0]]), training: false), -1, 0, batchShape[^1]);
        return new Dictionary<string, Node> { ["gradient"] = Gradients.Of(Op.Sum(output * graph.Input("cotangent", batchShape)), [x])[0] };
    }

    private FloatTensor Run(Program compiled, string output, FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor? cotangent)
    {
        if (!classes.IsEmpty) throw new NotSupportedException("This network was trained without classes.");
        if (x.Shape.Tail() != batchShape.Tail()) throw new ArgumentException($"The network takes samples of {batchShape.Tail()}, not {x.Shape.Tail()}.", nameof(x));
        var (capacity, size) = (batchShape[0], batchShape.Tail().Count);
        var width = compiled.Output(output).Length / capacity;
        var result = new FloatTensor(width == size ? x.Shape : x.Shape.With(^1, x.Shape[^1] * (width / size)));
        for (var start = 0; start < t.Length; start += capacity)
        {
            var count = Math.Min(capacity, t.Length - start);
            Fill(compiled.Input("x"), x.Values.Slice(start * size, count * size));
            Fill(compiled.Input("t"), t.Slice(start, count));
            if (cotangent is not null) Fill(compiled.Input("cotangent"), cotangent.Values.Slice(start * size, count * size));
            compiled.Run();
            Calls++;
            compiled.Output(output)[..(count * width)].CopyTo(result.Values[(start * width)..]);
        }

        return result;
    }

    // Rows past the last sample are idle.
    private static void Fill(Span<float> input, ReadOnlySpan<float> values)
    {
        values.CopyTo(input);
        input[values.Length..].Clear();
    }
}
