using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Execution;

/// <summary>A compiled graph: memory is planned once, and a run is a replay that allocates nothing.</summary>
/// <remarks>Not safe for two runs at a time: inputs, outputs and the arena are the program's own.</remarks>
public sealed class CompiledGraph
{
    private readonly PlanMemory memory;
    private readonly IReadOnlyList<StepAction> steps;
    private readonly ParameterBuffer weights;
    private readonly TrainingState? state;
    private readonly IReadOnlyList<bool> doneByNext;
    private readonly int firstWrite;
    private long seen = -1;

    private CompiledGraph(Plan plan, PlanMemory memory, Executor executor, ParameterBuffer weights, TrainingState? state)
    {
        (Plan, this.memory, this.weights, this.state) = (plan, memory, weights, state);
        steps = executor.Bind(plan, memory);
        firstWrite = plan.Steps.TakeWhile(s => s.Operation.Update is null).Count();
        doneByNext = [.. plan.Steps.Select((_, i) => executor.IsDoneByNext(plan.Steps, i))];
    }

    /// <summary>What runs, and where.</summary>
    public Plan Plan { get; }

    /// <summary>Bytes of values and scratch, parameters and optimizer state aside.</summary>
    public long ArenaBytes
    {
        get
        {
            var gradients = (memory.Gradients?.Length ?? 0) + (memory.Accumulated?.Length ?? 0);
            return sizeof(float) * ((long)Plan.ArenaLength + Plan.PersistentLength + gradients);
        }
    }

    /// <summary>Plans named outputs of a graph and binds them to weights.</summary>
    /// <param name="outputs">What the program computes, by name.</param>
    /// <param name="weights">The parameters it reads, and trains where an output is an optimizer's update.</param>
    /// <param name="executor">Where it runs.</param>
    /// <param name="state">The optimizer's state, needed where the program trains.</param>
    /// <param name="options">Time against memory; null for the defaults.</param>
    /// <exception cref="ArgumentException">The weights are not of this graph's layout, or training state is missing.</exception>
    public static CompiledGraph Compile(
        IReadOnlyDictionary<string, Node> outputs,
        ParameterBuffer weights,
        Executor executor,
        TrainingState? state = null,
        PlanOptions? options = null)
    {
        var plan = executor.Plan(outputs, options);
        if (weights.Layout.Length != plan.Layout.Length)
            throw new ArgumentException("CompiledGraph: the weights have another layout than the graph's.", nameof(weights));
        if (plan.Trains && state is null) throw new ArgumentException("CompiledGraph: an optimizer update needs a training state.", nameof(state));
        var update = plan.Update;
        var averages = state?.MoreAverages?.Count ?? 0;
        if (update is not null && update.MoreAverages != averages)
            throw new ArgumentException(
                $"CompiledGraph: the update keeps {update.MoreAverages} averages beside the first, the training state holds {averages}.",
                nameof(state));
        var memory = new PlanMemory(
            new AlignedBuffer(plan.ArenaLength),
            new AlignedBuffer(plan.PersistentLength),
            weights.Unmarked,
            plan.Trains ? new AlignedBuffer(plan.Layout.Length) : null,
            state?.FirstMoment.Unmarked,
            state?.SecondMoment.Unmarked,
            state?.Average?.Unmarked,
            update?.Parts > 1 ? new AlignedBuffer(plan.Layout.Length) : null,
            [.. state?.MoreAverages?.Select(a => a.Unmarked) ?? []]);
        foreach (var (place, values) in plan.Constants) values.Values.CopyTo(memory.At(place).Span);
        return new CompiledGraph(plan, memory, executor, weights, state);
    }

    /// <summary>The memory of an input, to be filled before <see cref="Run(Rng)"/>.</summary>
    /// <param name="name">As given when the graph was built.</param>
    /// <exception cref="ArgumentException">No output depends on an input of this name.</exception>
    public Span<float> Input(string name) => Named(Plan.Inputs, name, "input").Span;

    /// <summary>Whether an input of this name is read.</summary>
    /// <param name="name">Any name.</param>
    public bool HasInput(string name) => Plan.Inputs.ContainsKey(name);

    /// <summary>The values of an output after <see cref="Run(Rng)"/>; overwritten by the next.</summary>
    /// <param name="name">As given when compiling.</param>
    /// <exception cref="ArgumentException">There is no output of this name.</exception>
    public ReadOnlySpan<float> Output(string name) => Named(Plan.Outputs, name, "output").Span;

    /// <summary>Computes every output from the inputs and the weights.</summary>
    /// <param name="rng">What dropout draws from; a training loop gives each step its own.</param>
    public void Run(Rng rng = default) => RunUnlessStopped(rng, CancellationToken.None);

    /// <summary>Computes every output as <see cref="Run(Rng)"/> does, unless it is stopped between two passes.</summary>
    /// <param name="rng">What dropout draws from.</param>
    /// <param name="stop">Asked before each pass up to the optimizer's update, which then runs to its end.</param>
    /// <exception cref="OperationCanceledException">It was stopped: weights, moments and averages are as before, outputs hold nothing.</exception>
    public void RunUnlessStopped(Rng rng, CancellationToken stop)
    {
        var version = weights.Version;
        for (var i = First(); i < steps.Count; i++)
        {
            if (i <= firstWrite) stop.ThrowIfCancellationRequested();
            steps[i](rng);
        }

        Finish(version);
    }

    /// <summary>Computes every output as <see cref="Run(Rng)"/> does and tells of each step.</summary>
    /// <param name="rng">What dropout draws from.</param>
    /// <param name="observer">Told after every step that is done: those of weights alone only while these are new.</param>
    public void Run(Rng rng, IStepObserver observer)
    {
        observer.Begin();
        var version = weights.Version;
        for (var i = First(); i < steps.Count; i++)
        {
            steps[i](rng);
            observer.Done(i);
        }

        Finish(version);
    }

    /// <summary>Runs again, all but the optimizer's update, and names the first place where a value is not finite.</summary>
    /// <param name="rng">What dropout draws from: that of the run in question.</param>
    /// <returns>The layer and operation, or null where every value is finite.</returns>
    public string? FindNonFinite(Rng rng = default)
    {
        foreach (var (name, place) in Plan.Inputs)
            if (Finite.FirstNonFinite(memory.At(place).Span) >= 0) return $"input '{name}'";
        foreach (var entry in Plan.Layout.Entries)
            if (Finite.FirstNonFinite(memory.Weights.Slice(entry.Start, entry.Shape.Count)) >= 0) return $"parameter '{entry.Name}'";
        for (var i = 0; i < steps.Count; i++)
        {
            var step = Plan.Steps[i];
            if (step.Operation.Update is not null) continue;
            steps[i](rng);
            // A result that the next step makes is looked at after that one.
            if (doneByNext[i]) continue;
            if (i > 0 && doneByNext[i - 1] && NotFinite(Plan.Steps[i - 1]) is { } before) return before;
            if (NotFinite(step) is { } here) return here;
        }

        return null;
    }

    private BufferSlice Named(IReadOnlyDictionary<string, Operand> places, string name, string kind) => places.TryGetValue(name, out var place)
        ? memory.At(place)
        : throw new ArgumentException($"CompiledGraph: there is no {kind} '{name}'; there are {string.Join(", ", places.Keys)}.", nameof(name));

    private string? NotFinite(PlanStep step) =>
        Finite.FirstNonFinite(memory.At(step.Output).Span) < 0 ? null : step.Scope.Length == 0 ? step.Operation.Name : $"{step.Scope} ({step.Operation.Name})";

    // What is made of the weights alone stands until they change.
    private int First() => weights.Version == seen ? Plan.OnceSteps : 0;

    // Only a run that ended has made all of it.
    private void Finish(long version)
    {
        seen = version;
        if (!Plan.Trains) return;
        weights.MarkWritten();
        state?.FirstMoment.MarkWritten();
        state?.SecondMoment.MarkWritten();
        state?.Average?.MarkWritten();
        for (var i = 0; i < state?.MoreAverages?.Count; i++) state.MoreAverages[i].MarkWritten();
    }
}
