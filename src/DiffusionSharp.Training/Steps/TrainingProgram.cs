using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Objectives;

namespace DiffusionSharp.Training.Steps;

/// <summary>
/// One training step, or one of its equal parts, as one program: network, weighted squared error (and the bound of a learned variance), backward,
/// clipping, optimizer and average.
/// </summary>
public sealed class TrainingProgram
{
    private readonly CompiledGraph program;

    /// <summary>Compiles the step.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="batch">Samples a run: those of a step, or of one of its parts.</param>
    /// <param name="update">Adam or AdamW, clipping, averages, and the parts of a step.</param>
    /// <param name="weights">Trained in place.</param>
    /// <param name="state">Moments and averages, changed in place.</param>
    /// <param name="executor">The machine; the precision is the network's.</param>
    public TrainingProgram(NetworkBlueprint blueprint, int batch, AdamUpdate update, ParameterBuffer weights, TrainingState state, Executor executor)
    {
        program = CompiledGraph.Compile(Outputs(blueprint, batch, update), weights, executor.At(blueprint.Precision), state);
    }

    /// <summary>The step as nodes: the mean <c>loss</c>, the <c>losses</c> of all samples, and the update, whose value is the gradients' <c>norm</c>.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="batch">Samples a run: those of a step, or of one of its parts.</param>
    /// <param name="update">Adam or AdamW, clipping, averages, and the parts of a step.</param>
    public static IReadOnlyDictionary<string, Node> Outputs(NetworkBlueprint blueprint, int batch, AdamUpdate update)
    {
        var graph = new Graph();
        var shape = blueprint.SampleShape.Prepend(batch);
        var prediction = blueprint.Build(graph, batch, training: true);
        using (graph.Scope("loss"))
        {
            Shape rows = [batch, shape.Tail().Count];
            var target = graph.Input("target", shape);
            var mean = Op.Slice(prediction, -1, 0, shape[^1]);
            var losses = Op.Mean(Op.Reshape(Op.Square(mean - target), rows), false, 1) * graph.Input("weight", [batch]);
            if (blueprint.LearnsVariance)
                losses += HybridLoss.Bound(
                    Op.Reshape(mean - target, rows), Op.Reshape(Op.Slice(prediction, -1, shape[^1], shape[^1]), rows), pictures: shape.Rank == 4);
            var loss = Op.Mean(losses);
            var norm = Op.Train(loss, graph.Input("rates", [update.RatesCount]), update);
            return new Dictionary<string, Node> { ["loss"] = loss, ["losses"] = losses, ["norm"] = norm };
        }
    }

    /// <summary>Noisy samples, [N, …].</summary>
    public Span<float> X => program.Input("x");

    /// <summary>Time inputs, [N]; empty where the network does not look at them.</summary>
    public Span<float> T => program.HasInput("t") ? program.Input("t") : [];

    /// <summary>What the network should give, [N, …].</summary>
    public Span<float> Target => program.Input("target");

    /// <summary>Factor of each sample's squared error, [N].</summary>
    public Span<float> Weight => program.Input("weight");

    /// <summary>Class of each sample, [N]; empty where the network has none.</summary>
    public Span<float> Labels => program.HasInput("labels") ? program.Input("labels") : [];

    /// <summary>Fills what the bound of a learned variance takes of a sample.</summary>
    /// <param name="k">The sample's row.</param>
    /// <param name="terms">Of its level.</param>
    /// <param name="x0">Its data, which the bound of pictures looks at.</param>
    public void FillBound(int k, BoundTerms terms, ReadOnlySpan<float> x0)
    {
        program.Input(HybridLoss.ErrorScale)[k] = (float)terms.ErrorScale;
        program.Input(HybridLoss.LogSmall)[k] = (float)terms.LogSmall;
        program.Input(HybridLoss.LogLarge)[k] = (float)terms.LogLarge;
        program.Input(HybridLoss.IsFirst)[k] = terms.IsFirst ? 1 : 0;
        program.Input(HybridLoss.BoundWeight)[k] = (float)terms.Weight;
        if (program.HasInput(HybridLoss.Data)) x0.CopyTo(program.Input(HybridLoss.Data)[(k * x0.Length)..]);
    }

    /// <summary>The optimizer's numbers of this step.</summary>
    public Span<float> Rates => program.Input("rates");

    /// <summary>Mean loss of the last step.</summary>
    public float Loss => program.Output("loss")[0];

    /// <summary>Weighted loss of each sample of the last step.</summary>
    public ReadOnlySpan<float> Losses => program.Output("losses");

    /// <summary>Norm of all gradients of the last step, before clipping; there after its last part.</summary>
    public float GradientNorm => program.Output("norm")[0];

    /// <summary>Bytes of activations, gradients and scratch.</summary>
    public long ArenaBytes => program.ArenaBytes;

    /// <summary>What runs.</summary>
    public Graphs.Planning.Plan Plan => program.Plan;

    /// <summary>Does one step on what the inputs hold.</summary>
    /// <param name="rng">What dropout draws from in this step.</param>
    public void Run(Rng rng) => program.Run(rng);

    /// <summary>Does one step on what the inputs hold, unless it is stopped before its update begins.</summary>
    /// <param name="rng">What dropout draws from in this step.</param>
    /// <param name="stop">Asked before each pass up to the update.</param>
    /// <exception cref="OperationCanceledException">It was stopped; weights, moments and averages are as before.</exception>
    public void RunUnlessStopped(Rng rng, CancellationToken stop) => program.RunUnlessStopped(rng, stop);

    /// <summary>Names the first layer where a value of the last step was not finite.</summary>
    /// <param name="rng">What dropout drew from in that step.</param>
    public string? FindNonFinite(Rng rng) => program.FindNonFinite(rng);
}
