using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Matrix products, and the packing of what products and convolutions read.</summary>
internal static class ProductBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<MatMul>((m, step) => step.Call.Output.Rank == 3 ? Batched(m, step) : Single(m, step))
        {
            Workspace = Workspace,
            Packing = (m, call) => m.TransposeA || call.Output.Rank != 2
                ? Packing.None
                : new Packing(Gemm.PackedRightLength(call.Output[1], call.Inputs[0][1]), Workspace: 0),
            Pack = (m, call, step) =>
            {
                var (columns, depth) = (call.Output[1], call.Inputs[0][1]);
                return _ => Gemm.PackRight(step.Inputs[0].Span, m.TransposeB, step.Output.Span, columns, depth, step.Parallelism);
            },
            Method = (_, call) => call.Output.Rank == 3 ? "batched gemm" : "gemm",
        },
        new Binder<Pack>((pack, step) =>
            BinderTable.Of(pack.Consumer).BindPack(pack.Consumer, new Call([pack.Operand, step.Call.Inputs[0]], pack.Result, step.Call.Precision), step)),
    ];

    private static int Depth(MatMul m, Call call) => m.TransposeA ? call.Inputs[0][^2] : call.Inputs[0][^1];

    private static int Workspace(MatMul m, Call call)
    {
        var (y, k) = (call.Output, Depth(m, call));
        return y.Rank == 2
            ? Gemm.WorkspaceLength(y[0], y[1], k, m.TransposeA, m.TransposeB)
            : Gemm.BatchedWorkspaceLength(y[0], y[1], y[2], k, m.TransposeA, m.TransposeB);
    }

    private static StepAction Batched(MatMul m, BoundStep step)
    {
        var (batch, rows, columns, k) = (step.Call.Output[0], step.Call.Output[1], step.Call.Output[2], Depth(m, step.Call));
        var (a, b, y) = (step.Inputs[0], step.Inputs[1], step.Output);
        return _ => Gemm.MultiplyBatched(a.Span, m.TransposeA, b.Span, m.TransposeB, y.Span, batch, rows, columns, k, step.Scratch.Span, step.Parallelism);
    }

    private static StepAction Single(MatMul m, BoundStep step)
    {
        var (rows, columns, k) = (step.Call.Output[0], step.Call.Output[1], Depth(m, step.Call));
        var (a, b, y) = (step.Inputs[0], step.Inputs[1], step.Output);
        var epilogue = step.Epilogue(rowsPerSample: 1);
        if (step.Packed is { } packed) return _ => Gemm.MultiplyPacked(a.Span, packed.Span, y.Span, rows, columns, k, epilogue.Open(), step.Parallelism);
        return _ => Gemm.Multiply(a.Span, m.TransposeA, b.Span, m.TransposeB, y.Span, rows, columns, k, epilogue.Open(), step.Scratch.Span, step.Parallelism);
    }
}
