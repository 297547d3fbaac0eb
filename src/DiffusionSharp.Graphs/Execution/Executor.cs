using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Execution;

/// <summary>Runs plans on some machine. The plan says what and where; an executor knows how.</summary>
public abstract class Executor
{
    /// <summary>The threads of the host that an executor may use, and that work beside it takes too; results do not depend on how many.</summary>
    public abstract Parallelism Parallelism { get; }

    /// <summary>What may be traded for speed.</summary>
    public abstract Precision Precision { get; }

    /// <summary>This executor where another trade is asked for: the same machine, the same threads.</summary>
    /// <param name="precision">What may be traded for speed.</param>
    public abstract Executor At(Precision precision);

    /// <summary>Floats of scratch for an operation; a function of the shapes alone, so that plans do not depend on the machine's load.</summary>
    /// <param name="operation">What is to be computed.</param>
    /// <param name="inputs">Shapes of the operands.</param>
    /// <param name="output">Shape of the result.</param>
    public abstract int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output);

    /// <summary>
    /// What a product or convolution needs if its operand 1, weights that stay from run to run, is packed once;
    /// <see cref="Packing.None"/> where they are read as they are.
    /// </summary>
    /// <param name="operation">What is to be computed.</param>
    /// <param name="inputs">Shapes of the operands.</param>
    /// <param name="output">Shape of the result.</param>
    public abstract Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output);

    /// <summary>How an operation would be computed, in a word or two for people: <c>direct</c>, <c>winograd</c>, <c>gemm</c>.</summary>
    /// <param name="operation">What is to be computed.</param>
    /// <param name="inputs">Shapes of the operands.</param>
    /// <param name="output">Shape of the result.</param>
    public abstract string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output);

    /// <summary>Whether a step's work is done by the step after it, in one pass over the same values: its own result is there only then.</summary>
    /// <param name="steps">A plan's steps.</param>
    /// <param name="index">Which of them.</param>
    public virtual bool IsDoneByNext(IReadOnlyList<PlanStep> steps, int index) => false;

    /// <summary>Plans the computation of named nodes of one graph, for this executor to run.</summary>
    /// <param name="outputs">What the program must give, by name; at most one optimizer update among all it reaches.</param>
    /// <param name="options">Time against memory; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no outputs, or they belong to different graphs.</exception>
    public Plan Plan(IReadOnlyDictionary<string, Node> outputs, PlanOptions? options = null) => Planner.Plan(outputs, WorkspaceLength, PackingOf, options);

    /// <summary>Binds every step to memory once, so that running allocates nothing.</summary>
    /// <param name="plan">What runs, and where.</param>
    /// <param name="memory">What the plan's places stand in, for as long as the actions are used.</param>
    public abstract IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory);
}

/// <summary>One bound step.</summary>
/// <param name="rng">The run's generator, for steps that draw.</param>
public delegate void StepAction(Rng rng);

/// <summary>The memories a plan runs on.</summary>
/// <param name="Arena">Owned by the program.</param>
/// <param name="Persistent">Owned by the program, and left alone between runs.</param>
/// <param name="Weights">The parameters.</param>
/// <param name="Gradients">Their gradients; null where nothing is trained.</param>
/// <param name="FirstMoment">The optimizer's; null where nothing is trained.</param>
/// <param name="SecondMoment">The optimizer's; null where nothing is trained.</param>
/// <param name="Average">The average of the weights; null where none is kept.</param>
/// <param name="Accumulated">Sum of the gradients of a step's parts; null where a step is one run. It holds nothing between steps.</param>
/// <param name="MoreAverages">Averages beside the first.</param>
public sealed record PlanMemory(
    AlignedBuffer Arena,
    AlignedBuffer Persistent,
    AlignedBuffer Weights,
    AlignedBuffer? Gradients,
    AlignedBuffer? FirstMoment,
    AlignedBuffer? SecondMoment,
    AlignedBuffer? Average,
    AlignedBuffer? Accumulated,
    IReadOnlyList<AlignedBuffer> MoreAverages)
{
    /// <summary>The floats of a place.</summary>
    /// <param name="operand">A place of the plan these memories were made for.</param>
    public BufferSlice At(Operand operand) => new(
        operand.Region switch
        {
            Region.Arena => Arena,
            Region.Persistent => Persistent,
            Region.Weights => Weights,
            Region.Gradients => Gradients,
            Region.FirstMoment => FirstMoment,
            Region.SecondMoment => SecondMoment,
            _ => Average,
        } ?? throw new InvalidOperationException($"The program was compiled without the memory {operand.Region}."),
        operand.Start,
        operand.Shape.Count);
}
