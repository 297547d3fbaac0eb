using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Steps;

/// <summary>Trains any loss of a graph step by step, in memory: for objectives that a run does not have, such as score matching.</summary>
/// <remarks>The caller fills the inputs before each step. Same weights, inputs and steps give the same bytes, at any number of threads.</remarks>
public sealed class LossProgram
{
    private readonly CompiledGraph program;
    private readonly AdamOptions optimizer;
    private readonly LearningRateSchedule rates;
    private int steps;

    /// <summary>Builds and compiles the loss, and begins the weights.</summary>
    /// <param name="losses">The loss, of any shape; its mean is trained. Its inputs are named by the graph.</param>
    /// <param name="optimizer">Adam or AdamW, and clipping.</param>
    /// <param name="rates">What multiplies the learning rate.</param>
    /// <param name="rng">What the weights begin with.</param>
    /// <param name="executor">The machine.</param>
    /// <exception cref="NotSupportedException">The loss holds a derivative that cannot be differentiated.</exception>
    public LossProgram(Func<Graph, Node> losses, AdamOptions optimizer, LearningRateSchedule rates, Rng rng, Executor executor)
    {
        (this.optimizer, this.rates) = (optimizer, rates);
        var graph = new Graph();
        var loss = Op.Mean(losses(graph));
        var update = Op.Train(loss, graph.Input("rates", [TrainingRates.Count]), optimizer.ToUpdate());
        Weights = new ParameterBuffer(graph.Layout);
        Weights.Initialize(rng);
        var state = new TrainingState(new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout), null);
        program = CompiledGraph.Compile(new Dictionary<string, Node> { ["loss"] = loss, ["norm"] = update }, Weights, executor, state);
    }

    /// <summary>What is trained.</summary>
    public ParameterBuffer Weights { get; }

    /// <summary>The memory of an input, to be filled before <see cref="Step"/>.</summary>
    /// <param name="name">As the graph of the loss calls it.</param>
    /// <exception cref="ArgumentException">The loss does not depend on an input of this name.</exception>
    public Span<float> Input(string name) => program.Input(name);

    /// <summary>Does one step on what the inputs hold.</summary>
    /// <param name="rng">What dropout draws from.</param>
    /// <returns>The mean loss before the step.</returns>
    public double Step(Rng rng = default)
    {
        TrainingRates.Write(program.Input("rates"), ++steps, optimizer, rates, null);
        program.Run(rng);
        return program.Output("loss")[0];
    }
}
