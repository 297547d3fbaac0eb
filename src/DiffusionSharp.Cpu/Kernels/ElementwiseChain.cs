using System.Runtime.CompilerServices;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>A fused chain of element-wise operations: one pass over memory, in blocks that stay in the first-level cache.</summary>
/// <remarks>
/// The result is that of the last instruction; with no instruction it is the one input, stretched.
/// Inputs broadcast to the output by the usual rules. Those that lie as the output does are read in place,
/// single numbers stay numbers, and the others are gathered block by block.
/// </remarks>
internal sealed unsafe class ElementwiseChain
{
    private const int BlockLimit = 2048, TileLength = 16384;

    private readonly Shape output;
    private readonly int[] inputLengths;
    private readonly ElementwiseInstruction[] code;
    private readonly BroadcastLayout layout;
    private readonly InputKind[] kinds;
    private readonly int[] slots;
    private readonly int slotCount;
    private readonly int count;
    private readonly int block;
    private readonly int tile;

    /// <summary>Plans a chain.</summary>
    /// <param name="output">The shape of the result.</param>
    /// <param name="inputs">The shapes of the inputs, each of which broadcasts to the output.</param>
    /// <param name="code">The instructions, each using inputs and earlier results.</param>
    /// <exception cref="ArgumentException">
    /// An input does not broadcast to the output, an operand does not exist yet, or there is no instruction and not exactly one input.
    /// </exception>
    public ElementwiseChain(Shape output, IReadOnlyList<Shape> inputs, IReadOnlyList<ElementwiseInstruction> code)
    {
        foreach (var input in inputs)
            if (Shape.Broadcast(output, input, "ElementwiseChain") != output)
                throw new ArgumentException($"ElementwiseChain: input {input} does not broadcast to output {output}.", nameof(inputs));
        if (code.Count == 0 && inputs.Count != 1)
            throw new ArgumentException($"ElementwiseChain: without instructions one input is copied, {inputs.Count} were given.", nameof(inputs));
        for (var i = 0; i < code.Count; i++)
        {
            if (!Enum.IsDefined(code[i].Code)) throw new ArgumentException($"ElementwiseChain: instruction {i} is no operation, {code[i].Code}.", nameof(code));
            CheckOperand(code[i].Left, inputs.Count + i, i);
            if (IsBinary(code[i].Code)) CheckOperand(code[i].Right, inputs.Count + i, i);
        }

        this.output = output;
        this.code = [.. code];
        inputLengths = inputs.Select(shape => shape.Count).ToArray();
        layout = new BroadcastLayout(output, inputs);
        count = output.Count;

        // Whole inner rows in a block let a [C] operand be gathered once for a tile.
        var inner = layout.Inner;
        block = inner is > 0 and <= BlockLimit ? BlockLimit / inner * inner : BlockLimit;
        tile = Math.Max(TileLength / block, 1) * block;
        kinds = new InputKind[inputs.Count];
        for (var k = 0; k < kinds.Length; k++)
        {
            kinds[k] = layout.IsNumber(k) ? InputKind.Number
                : layout.IsDirect(k) ? InputKind.Direct
                : layout.IsPeriodic(k) && block % inner == 0 ? InputKind.Periodic
                : InputKind.Gathered;
        }

        slots = AssignSlots(out slotCount);
    }

    private enum InputKind
    {
        Direct,
        Number,
        Periodic,
        Gathered,
    }

    /// <summary>Computes the chain. Allocates nothing once each thread's scratch has grown.</summary>
    /// <param name="inputs">The memory of each input.</param>
    /// <param name="output">The result; may be the memory of an input of the output's shape.</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentException">The number of inputs or a length differs from the plan.</exception>
    public void Run(ReadOnlySpan<BufferSlice> inputs, BufferSlice output, Parallelism p)
    {
        if (inputs.Length != inputLengths.Length)
            throw new ArgumentException($"ElementwiseChain: planned for {inputLengths.Length} inputs, {inputs.Length} were given.", nameof(inputs));
        if (output.Length != count)
            throw new ArgumentException($"ElementwiseChain: output {this.output} needs {count} values, the memory holds {output.Length}.", nameof(output));
        var addresses = stackalloc float*[inputs.Length + 1];
        for (var k = 0; k < inputs.Length; k++)
        {
            if (inputs[k].Length != inputLengths[k])
                throw new ArgumentException(
                    $"ElementwiseChain: input {k} needs {inputLengths[k]} values, the memory holds {inputs[k].Length}.",
                    nameof(inputs));
            addresses[k] = Scratch.Address(inputs[k].Span);
        }

        if (count == 0) return;
        var body = new Body(this, addresses, Scratch.Address(output.Span));
        p.For((int)(((long)count + tile - 1) / tile), ref body);
        foreach (var input in inputs) GC.KeepAlive(input.Buffer);
        GC.KeepAlive(output.Buffer);
    }

    private static bool IsBinary(ElementwiseCode code) => code is <= ElementwiseCode.Equal or ElementwiseCode.SiluGradient or ElementwiseCode.Pow;

    private static void CheckOperand(int operand, int known, int instruction)
    {
        if (operand < -1 || operand >= known)
            throw new ArgumentException($"ElementwiseChain: instruction {instruction} uses operand {operand}, −1 to {known - 1} exist.");
    }

    // Gathered inputs keep a slot each; a result takes one from its instruction to its last use. The last result goes to the output.
    private int[] AssignSlots(out int used)
    {
        var inputs = kinds.Length;
        var result = new int[inputs + code.Length];
        Array.Fill(result, -1);
        used = 0;
        for (var k = 0; k < inputs; k++)
            if (kinds[k] is InputKind.Periodic or InputKind.Gathered) result[k] = used++;

        var lastUse = new int[inputs + code.Length];
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i].Left >= 0) lastUse[code[i].Left] = i;
            if (IsBinary(code[i].Code) && code[i].Right >= 0) lastUse[code[i].Right] = i;
        }

        var free = new Stack<int>();
        for (var i = 0; i < code.Length - 1; i++)
        {
            // A result may lie on an operand that dies here: operations go element by element.
            Release(code[i].Left);
            if (IsBinary(code[i].Code) && code[i].Right != code[i].Left) Release(code[i].Right);
            result[inputs + i] = free.Count > 0 ? free.Pop() : used++;

            void Release(int operand)
            {
                if (operand >= inputs && lastUse[operand] == i) free.Push(result[operand]);
            }
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunTile(float** inputs, float* result, int tileIndex)
    {
        var scratch = Scratch.Take(Math.Max(slotCount, 1) * Scratch.Pad(block));
        var operands = stackalloc ElementwiseLoops.Operand[kinds.Length + code.Length];
        var tileStart = (long)tileIndex * tile;
        var tileEnd = (int)Math.Min(tileStart + tile, count);
        for (var start = (int)tileStart; start < tileEnd; start += block)
        {
            var length = Math.Min(block, tileEnd - start);
            for (var k = 0; k < kinds.Length; k++)
            {
                var slot = scratch + (slots[k] * Scratch.Pad(block));
                switch (kinds[k])
                {
                    case InputKind.Direct: operands[k] = new(inputs[k] + start, false); break;
                    case InputKind.Number: operands[k] = new(inputs[k], true); break;
                    case InputKind.Periodic when start != tileStart: break;
                    default: operands[k] = Gather(k, inputs[k], start, length, slot); break;
                }
            }

            for (var i = 0; i < code.Length; i++)
            {
                var (operation, left, right, number) = code[i];
                var constant = new ElementwiseLoops.Operand(&number, true);
                var destination = i == code.Length - 1 ? result + start : scratch + (slots[kinds.Length + i] * Scratch.Pad(block));
                var x = left < 0 ? constant : operands[left];
                var y = !IsBinary(operation) || right < 0 ? constant : operands[right];
                ElementwiseLoops.Run(operation, x, y, destination, length);
                operands[kinds.Length + i] = new(destination, false);
            }

            if (code.Length == 0) ElementwiseLoops.Fill(operands[0], result + start, length);
        }
    }

    // A stretch of an input in the order of the output: in place or as a number where one run covers it, else copied into the slot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ElementwiseLoops.Operand Gather(int input, float* source, int start, int length, float* slot)
    {
        var lengths = layout.Lengths;
        var strides = layout.Strides[input];
        var rank = lengths.Length;
        var at = stackalloc int[rank];
        var offset = 0;
        for (var (axis, rest) = (rank - 1, start); axis >= 0; axis--)
        {
            (rest, at[axis]) = Math.DivRem(rest, lengths[axis]);
            offset += at[axis] * strides[axis];
        }

        var (inner, innerStride) = (lengths[^1], strides[^1]);
        if (inner - at[rank - 1] >= length) return new(source + offset, innerStride == 0);
        for (var done = 0; done < length;)
        {
            var run = Math.Min(inner - at[rank - 1], length - done);
            var destination = new Span<float>(slot + done, run);
            if (innerStride == 0) destination.Fill(source[offset]);
            else new ReadOnlySpan<float>(source + offset, run).CopyTo(destination);
            done += run;
            if (done == length) break;

            // The run reached the end of its row: step to the next row.
            offset -= at[rank - 1] * innerStride;
            at[rank - 1] = 0;
            if (rank > 1 && strides[rank - 2] == 0 && run == inner)
            {
                // The axis outside is stretched: the row repeats, and copies double.
                var rows = Math.Min(lengths[rank - 2] - at[rank - 2] - 1, (length - done) / inner);
                var first = slot + done - inner;
                for (var have = 1; have <= rows;)
                {
                    var more = Math.Min(have, rows + 1 - have);
                    new ReadOnlySpan<float>(first, more * inner).CopyTo(new Span<float>(first + ((long)have * inner), more * inner));
                    have += more;
                }

                done += rows * inner;
                at[rank - 2] += rows;
            }

            for (var axis = rank - 2; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++at[axis] < lengths[axis]) break;
                offset -= lengths[axis] * strides[axis];
                at[axis] = 0;
            }
        }

        return new(slot, false);
    }

    private readonly struct Body(ElementwiseChain chain, float** inputs, float* output) : ITileBody
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run(int tile) => chain.RunTile(inputs, output, tile);
    }
}
