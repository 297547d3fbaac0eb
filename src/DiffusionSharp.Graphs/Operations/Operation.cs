using System.Text;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>What a node computes. Records: two operations with the same settings are equal, so equal nodes are built once.</summary>
/// <remarks>
/// What the planner and the summaries must know of an operation it says of itself, in the members below; they name none. A default is
/// what holds of an operation that reads all of its operands and computes each value of its result once, from several of theirs.
/// </remarks>
public abstract record Operation
{
    /// <summary>The name that messages use.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The function of each value that it is, on operands of the result's shape or of one number; null where it is none.</summary>
    public virtual ElementwiseCode? Pointwise => null;

    /// <summary>The one number that its value is, known while building; null where it is no number.</summary>
    public virtual float? Number => null;

    /// <summary>Whether it only stretches dimensions of 1, which an element-wise pass does as it reads.</summary>
    public virtual bool Stretches => false;

    /// <summary>Whether its value is its operand's under another shape: it stands where that stands and costs nothing.</summary>
    public virtual bool IsView => false;

    /// <summary>
    /// Whether computing it again costs little beside keeping it: it moves values, draws them, or does a little arithmetic with what is known.
    /// </summary>
    public virtual bool IsCheap => false;

    /// <summary>Whether it draws random numbers, so that each run has others.</summary>
    public virtual bool Draws => false;

    /// <summary>Whether its operand 1, where that is weights, may be kept in the order that an executor's kernel reads it.</summary>
    public virtual bool TakesPacked => false;

    /// <summary>The operand whose memory the result may take: each of its values is read at its position before that is written; −1: none.</summary>
    public virtual int InPlace => -1;

    /// <summary>What it does in the same pass, in a word for people; empty where its name says all.</summary>
    public virtual string Included => "";

    /// <summary>What it does to the weights; null where it leaves them alone.</summary>
    public virtual WeightUpdate? Update => null;

    /// <summary>What may be added to its result while that is written.</summary>
    /// <param name="output">The result's shape.</param>
    public virtual Addends AddendsFor(Shape output) => Addends.None;

    /// <summary>Its arithmetic, from shapes alone: by default one operation for each value of the largest operand or result.</summary>
    /// <param name="inputs">Shapes of the operands.</param>
    /// <param name="output">The result's shape.</param>
    public virtual OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => new(0, inputs.Append(output).Max(s => (long)s.Count));

    /// <summary>How many floats of an operand it must read, each once: by default all.</summary>
    /// <param name="operand">Which operand, from 0.</param>
    /// <param name="input">That operand's shape.</param>
    /// <param name="output">The result's shape.</param>
    public virtual long Reads(int operand, Shape input, Shape output) => input.Count;

    /// <summary>Writes the name; settings follow, and what it says of itself does not.</summary>
    /// <param name="builder">What the text of the record is written to.</param>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Name = ").Append(Name);
        return true;
    }
}
