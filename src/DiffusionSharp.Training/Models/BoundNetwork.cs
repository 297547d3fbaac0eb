using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Models;

/// <summary>A network compiled for batches of one size, as the core sees it.</summary>
/// <remarks>Smaller batches leave the last rows idle; larger ones are cut. A sample's result depends on that sample alone.</remarks>
public sealed class BoundNetwork : DenoisingNetwork
{
    private readonly Program program;
    private readonly Shape batchShape;

    /// <summary>Compiles a network for sampling.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="batch">Samples at a time, at least 1.</param>
    /// <param name="parallelism">The threads.</param>
    public BoundNetwork(NetworkBlueprint blueprint, ParameterBuffer weights, int batch, Parallelism parallelism)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        batchShape = blueprint.SampleShape.Prepend(batch);
        program = Program.Compile(Outputs(blueprint, batch), weights, new CpuExecutor(parallelism, blueprint.Precision));
    }

    /// <summary>The network as nodes: <c>out</c> from the inputs <c>x</c> and <c>t</c>.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="batch">Samples at a time.</param>
    public static IReadOnlyDictionary<string, Node> Outputs(NetworkBlueprint blueprint, int batch)
    {
        var graph = new Graph();
        return new Dictionary<string, Node> { ["out"] = blueprint.Build(graph, graph.Input("x", blueprint.SampleShape.Prepend(batch)), graph.Input("t", [batch]), training: false) };
    }

    /// <summary>What runs.</summary>
    public Graphs.Planning.Plan Plan => program.Plan;

    /// <inheritdoc/>
    public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes)
    {
        if (!classes.IsEmpty) throw new NotSupportedException("This network was trained without classes.");
        if (x.Shape.Tail() != batchShape.Tail()) throw new ArgumentException($"The network takes samples of {batchShape.Tail()}, not {x.Shape.Tail()}.", nameof(x));
        var (capacity, size) = (batchShape[0], batchShape.Tail().Count);
        var result = new FloatTensor(x.Shape);
        for (var start = 0; start < t.Length; start += capacity)
        {
            var count = Math.Min(capacity, t.Length - start);
            var input = program.Input("x");
            x.Values.Slice(start * size, count * size).CopyTo(input);
            input[(count * size)..].Clear();
            t.Slice(start, count).CopyTo(program.Input("t"));
            program.Input("t")[count..].Clear();
            program.Run();
            program.Output("out")[..(count * size)].CopyTo(result.Values[(start * size)..]);
        }

        return result;
    }
}
