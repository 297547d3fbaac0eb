using System.Diagnostics;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu;

/// <summary>Runs plans with the managed kernels: one method per operation, each binding its operands to one kernel call.</summary>
/// <param name="parallelism">The threads; results do not depend on how many.</param>
/// <param name="precision">What the kernels may trade for speed.</param>
public sealed class CpuExecutor(Parallelism parallelism, Precision precision = Precision.Fast) : Executor
{
    // Where packing takes a twentieth of the product or more.
    private const int MostPackedRows = 4096;

    /// <inheritdoc/>
    public override Parallelism Parallelism => parallelism;

    /// <inheritdoc/>
    public override Precision Precision => precision;

    /// <inheritdoc/>
    public override Executor At(Precision precision) => precision == Precision ? this : new CpuExecutor(parallelism, precision);

    /// <inheritdoc/>
    public override int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => operation switch
    {
        MatMul m => MatMulWorkspace(m, inputs[0], output),
        Conv2D c => Geometry(inputs[0], inputs[1], output, c.Stride, c.Padding) is var g ? Convolution.ForwardWorkspaceLength(g, Method(g)) : 0,
        Conv2DGradInput c => Geometry(output, inputs[1], inputs[0], c.Stride, c.Padding) is var g ? Convolution.GradInputWorkspaceLength(g, Method(g)) : 0,
        Conv2DGradWeight c => Geometry(inputs[0], output, inputs[1], c.Stride, c.Padding) is var g ? Convolution.GradWeightWorkspaceLength(g, Method(g)) : 0,
        Sum s => Reduction(inputs[0], s.Axis, s.AxisCount) is var (outer, reduce, inner) ? Reduce.SumWorkspaceLength(outer, reduce, inner) : 0,
        _ => 0,
    };

    /// <inheritdoc/>
    public override Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output)
    {
        // The more rows a product has, the less its packing weighs, and the packed weights of Winograd are four times as large.
        if (output.Count == 0 || inputs[1].Count == 0 || output.Count / output[^1] > MostPackedRows) return Packing.None;
        if (operation is MatMul { TransposeA: false } && output.Rank == 2) return new Packing(Gemm.PackedRightLength(output[1], inputs[0][1]), 0);
        if (operation is not Conv2D c) return Packing.None;
        var g = Geometry(inputs[0], inputs[1], output, c.Stride, c.Padding);
        if (!Convolution.GainsByPacking(g, Method(g))) return Packing.None;
        return new Packing(Convolution.PackedLength(g, Method(g)), Convolution.ForwardPackedWorkspaceLength(g, Method(g)));
    }

    /// <inheritdoc/>
    public override string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => operation switch
    {
        MatMul => output.Rank == 3 ? "batched gemm" : "gemm",
        Conv2D c => Named(Geometry(inputs[0], inputs[1], output, c.Stride, c.Padding)),
        Conv2DGradInput c => Named(Geometry(output, inputs[1], inputs[0], c.Stride, c.Padding)),
        Conv2DGradWeight c => Named(Geometry(inputs[0], output, inputs[1], c.Stride, c.Padding)),
        Attention or AttentionGrad => "blocks of keys",
        Slice or Pad or Concatenate => "copy",
        Sum or Max => "reduction",
        AdamUpdate => "two passes",
        _ => "one pass",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory)
    {
        var actions = new List<StepAction>();
        PlanStep? deferred = null;
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var waits = IsDoneByNext(plan.Steps, i);
            actions.Add(waits ? _ => { } : Bind(plan.Steps[i], deferred, plan, memory));
            deferred = waits ? plan.Steps[i] : null;
        }

        return actions;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Sums over a sample and the pass that uses them stand next to each other in the plan: the second does both while the sample is in
    /// the cache. The first one's result has its place by then, and nothing reads it in between.
    /// </remarks>
    public override bool IsDoneByNext(IReadOnlyList<PlanStep> steps, int index)
    {
        if (index + 1 >= steps.Count) return false;
        var (first, second) = (steps[index], steps[index + 1]);
        return (first.Operation, second.Operation) switch
        {
            (GroupNormStatistics s, GroupNormApply a) => s.Groups == a.Groups && second.Inputs[0] == first.Inputs[0] && second.Inputs[1] == first.Output,
            (GroupNormGradSums s, GroupNormGradInput a) => s.Groups == a.Groups && s.Silu == a.Silu && second.Inputs.Take(5).SequenceEqual(first.Inputs) && second.Inputs[5] == first.Output,
            _ => false,
        };
    }

    private static (int Outer, int Reduce, int Inner) Reduction(Shape shape, int axis, int count) =>
        (Shape.Create(shape.Dimensions[..axis]).Count, Shape.Create(shape.Dimensions.Slice(axis, count)).Count, Shape.Create(shape.Dimensions[(axis + count)..]).Count);

    private static (int Rows, int Columns) Matrix(Shape shape) => (shape[^2], shape[^1]);

    private static ConvGeometry Geometry(Shape x, Shape w, Shape y, int stride, Padding padding) =>
        new(x[0], x[1], x[2], x[3], w[3], w[0], w[1], stride, padding.Top, padding.Left, y[1], y[2]);

    private static int MatMulWorkspace(MatMul m, Shape a, Shape output)
    {
        var k = m.TransposeA ? a[^2] : a[^1];
        return output.Rank == 2
            ? Gemm.WorkspaceLength(output[0], output[1], k, m.TransposeA, m.TransposeB)
            : Gemm.BatchedWorkspaceLength(output[0], output[1], output[2], k, m.TransposeA, m.TransposeB);
    }

    private string Named(in ConvGeometry g) => Method(g) == ConvMethod.Winograd ? "winograd" : "direct";

    private ConvMethod Method(in ConvGeometry g) => Precision == Precision.Exact ? ConvMethod.Direct : Convolution.Fastest(g);

    private StepAction Bind(PlanStep step, PlanStep? deferred, Plan plan, PlanMemory memory)
    {
        var inputs = step.Inputs.Select(memory.At).ToArray();
        var output = memory.At(step.Output);
        var shapes = step.Inputs.Select(o => o.Shape).ToArray();
        var scratch = step.Workspace.Shape.Rank == 0 ? new BufferSlice(memory.Arena, 0, 0) : memory.At(step.Workspace);
        var p = parallelism;
        if (step.Fusion is ChainFusion chain)
        {
            var kernel = new ElementwiseChain(step.Output.Shape, shapes, chain.Code);
            return _ => kernel.Run(inputs, output, p);
        }

        var y = output;
        switch (step.Operation)
        {
            case MatMul m:
                return BindMatMul(step, m, inputs, y, scratch, step.Packed.Shape.Rank > 0 ? memory.At(step.Packed) : null);
            case Pack { Consumer: MatMul m, Operand: var a, Result: var c }:
                return _ => Gemm.PackRight(inputs[0].Span, m.TransposeB, y.Span, c[1], a[1], p);
            case Pack { Consumer: Conv2D c, Operand: var x, Result: var result }:
            {
                var g = Geometry(x, shapes[0], result, c.Stride, c.Padding);
                var method = Method(g);
                return _ => Convolution.Pack(inputs[0].Span, y.Span, g, p, method);
            }

            case Conv2D c:
            {
                var g = Geometry(shapes[0], shapes[1], step.Output.Shape, c.Stride, c.Padding);
                var method = Method(g);
                var epilogue = new BoundEpilogue(step.Fusion as EpilogueFusion, inputs, g.OutHeight * g.OutWidth);
                if (step.Packed.Shape.Rank > 0)
                {
                    var packed = memory.At(step.Packed);
                    return _ => Convolution.ForwardPacked(inputs[0].Span, packed.Span, y.Span, g, epilogue.Open(), scratch.Span, p, method);
                }

                return _ => Convolution.Forward(inputs[0].Span, inputs[1].Span, y.Span, g, epilogue.Open(), scratch.Span, p, method);
            }

            case Conv2DGradInput c:
            {
                var g = Geometry(step.Output.Shape, shapes[1], shapes[0], c.Stride, c.Padding);
                var method = Method(g);
                return _ => Convolution.GradInput(inputs[0].Span, inputs[1].Span, y.Span, g, scratch.Span, p, method);
            }

            case Conv2DGradWeight c:
            {
                var g = Geometry(shapes[0], step.Output.Shape, shapes[1], c.Stride, c.Padding);
                var method = Method(g);
                return _ => Convolution.GradWeight(inputs[0].Span, inputs[1].Span, y.Span, g, scratch.Span, p, method);
            }

            case Sum s:
            {
                var (outer, reduce, inner) = Reduction(shapes[0], s.Axis, s.AxisCount);
                return _ => Reduce.Sum(inputs[0].Span, y.Span, outer, reduce, inner, s.Scale, scratch.Span, p);
            }

            case Max s:
            {
                var (outer, reduce, inner) = Reduction(shapes[0], s.Axis, s.AxisCount);
                return _ => Reduce.Max(inputs[0].Span, y.Span, outer, reduce, inner, p);
            }

            case Softmax:
            {
                var columns = shapes[0][^1];
                var rows = columns == 0 ? 0 : shapes[0].Count / columns;
                return _ => RowSoftmax.Rows(inputs[0].Span, y.Span, rows, columns, p);
            }

            case Attention a:
            {
                var (n, t, c) = (shapes[0][0], shapes[0][1], shapes[0][2] / 3);
                return _ => BlockedAttention.Forward(inputs[0].Span, y.Span, n, t, c, a.Heads, a.Scale, p);
            }

            case AttentionGrad a:
            {
                var (n, t, c) = (shapes[0][0], shapes[0][1], shapes[0][2] / 3);
                return _ => BlockedAttention.Gradient(inputs[0].Span, inputs[1].Span, y.Span, n, t, c, a.Heads, a.Scale, p);
            }

            case Transpose t:
            {
                var permutation = t.Permutation.Dimensions.ToArray();
                return _ => Movement.Transpose(inputs[0].Span, y.Span, shapes[0], permutation, p);
            }

            case Slice or Pad or Concatenate:
                return BindCopy(step, inputs, y);
            case UpsampleNearest u:
            {
                var x = shapes[0];
                return _ => Resample.UpsampleNearest(inputs[0].Span, y.Span, x[0], x[1], x[2], x[3], u.Factor, p);
            }

            case SumPool s:
            {
                var x = shapes[0];
                return _ => Resample.SumPool(inputs[0].Span, y.Span, x[0], x[1], x[2], x[3], s.Factor, s.Scale, p);
            }

            case Embedding:
            {
                var (rows, width) = (shapes[1].Count, shapes[0][1]);
                return _ => TableRows.Gather(inputs[0].Span, inputs[1].Span, y.Span, rows, width, p);
            }

            case EmbeddingGrad:
            {
                var (rows, width) = (shapes[1].Count, step.Output.Shape[1]);
                return _ => TableRows.ScatterAdd(inputs[0].Span, inputs[1].Span, y.Span, rows, width, p);
            }

            case DropoutMask d:
                return rng => RandomMasks.Dropout(y.Span, rng.Split(d.Stream), d.Rate, p);
            case AdamUpdate update:
                return BindUpdate(update, plan, memory, inputs[0], y);
            case GroupNormStatistics or GroupNormApply or GroupNormGradSums or GroupNormGradInput:
                return BindGroupNorm(step, deferred, inputs, y);
            default:
                throw new NotSupportedException($"The CPU executor does not know {step.Operation.Name}.");
        }
    }

    private StepAction BindMatMul(PlanStep step, MatMul m, BufferSlice[] inputs, BufferSlice y, BufferSlice scratch, BufferSlice? packed)
    {
        var p = parallelism;
        var (rows, columns) = Matrix(step.Output.Shape);
        var k = m.TransposeA ? step.Inputs[0].Shape[^2] : step.Inputs[0].Shape[^1];
        if (step.Output.Shape.Rank == 3)
        {
            var batch = step.Output.Shape[0];
            return _ => Gemm.MultiplyBatched(inputs[0].Span, m.TransposeA, inputs[1].Span, m.TransposeB, y.Span, batch, rows, columns, k, scratch.Span, p);
        }

        var epilogue = new BoundEpilogue(step.Fusion as EpilogueFusion, inputs, 1);
        if (packed is { } b) return _ => Gemm.MultiplyPacked(inputs[0].Span, b.Span, y.Span, rows, columns, k, epilogue.Open(), p);
        return _ => Gemm.Multiply(inputs[0].Span, m.TransposeA, inputs[1].Span, m.TransposeB, y.Span, rows, columns, k, epilogue.Open(), scratch.Span, p);
    }

    private StepAction BindCopy(PlanStep step, BufferSlice[] inputs, BufferSlice y)
    {
        var p = parallelism;
        var shape = step.Output.Shape;
        switch (step.Operation)
        {
            case Slice s:
            {
                var (rows, row, inner) = Reduction(step.Inputs[0].Shape, s.Axis, 1);
                var (from, length) = (s.Start * inner, shape[s.Axis] * inner);
                return _ => Movement.CopyBlocks(inputs[0].Span[Math.Min(from, inputs[0].Length)..], row * inner, y.Span, length, rows, length, p);
            }

            case Pad s:
            {
                var (rows, row, inner) = Reduction(shape, s.Axis, 1);
                var (before, length, whole) = (s.Before * inner, step.Inputs[0].Shape[s.Axis] * inner, row * inner);
                var after = whole - before - length;
                return _ =>
                {
                    Movement.ZeroBlocks(y.Span, whole, rows, before, p);
                    Movement.CopyBlocks(inputs[0].Span, length, y.Span[before..], whole, rows, length, p);
                    Movement.ZeroBlocks(y.Span[(before + length)..], whole, rows, after, p);
                };
            }

            default:
            {
                var (rows, row, inner) = Reduction(shape, ((Concatenate)step.Operation).Axis, 1);
                var lengths = step.Inputs.Select(o => o.Shape[((Concatenate)step.Operation).Axis] * inner).ToArray();
                return _ =>
                {
                    for (int i = 0, start = 0; i < inputs.Length; start += lengths[i], i++) Movement.CopyBlocks(inputs[i].Span, lengths[i], y.Span[start..], row * inner, rows, lengths[i], p);
                };
            }
        }
    }

    private StepAction BindGroupNorm(PlanStep step, PlanStep? deferred, BufferSlice[] i, BufferSlice y)
    {
        var p = parallelism;
        var x = step.Inputs[0].Shape;
        var (n, c) = (x[0], x[^1]);
        var positions = n == 0 ? 0 : x.Count / n / c;
        var residual = (step.Fusion as EpilogueFusion)?.Residual ?? -1;
        return step.Operation switch
        {
            GroupNormStatistics s => _ => GroupNorm.Statistics(i[0].Span, y.Span, n, positions, c, s.Groups, s.Epsilon, p),
            GroupNormApply s when deferred?.Operation is GroupNormStatistics { Epsilon: var epsilon } => _ => GroupNorm.Forward(i[0].Span, i[1].Span, i[2].Span, i[3].Span, y.Span, n, positions, c, s.Groups, epsilon, s.Silu, p),
            GroupNormApply s => _ => GroupNorm.Apply(i[0].Span, i[1].Span, i[2].Span, i[3].Span, y.Span, n, positions, c, s.Groups, s.Silu, p),
            GroupNormGradSums s => _ => GroupNorm.GradientSums(i[0].Span, i[1].Span, i[2].Span, i[3].Span, i[4].Span, y.Span, n, positions, c, s.Groups, s.Silu, p),

            // Where the sums were not left to this step, it writes them once more, with the same bytes.
            GroupNormGradInput s => _ => GroupNorm.Gradient(i[0].Span, i[1].Span, i[2].Span, i[3].Span, i[4].Span, residual < 0 ? default : i[residual].Span, i[5].Span, y.Span, n, positions, c, s.Groups, s.Silu, p),
            _ => throw new UnreachableException(),
        };
    }

    private StepAction BindUpdate(AdamUpdate update, Plan plan, PlanMemory memory, BufferSlice rates, BufferSlice norm)
    {
        var p = parallelism;
        var length = plan.Layout.Length;
        BufferSlice Whole(Region region) => memory.At(new Operand(region, 0, [length]));
        var (weights, gradients, first, second) = (Whole(Region.Weights), Whole(Region.Gradients), Whole(Region.FirstMoment), Whole(Region.SecondMoment));
        var average = memory.Average is null ? new BufferSlice(memory.Arena, 0, 0) : Whole(Region.Average);
        var (trained, constant) = (plan.Layout.TrainedRuns.ToArray(), plan.Layout.FixedRuns.ToArray());
        var more = memory.MoreAverages.Select(a => new BufferSlice(a, 0, length)).ToArray();
        void Step(BufferSlice summed, ReadOnlySpan<float> r)
        {
            // Of the mean over the parts, which is taken in the factor that clipping multiplies gradients with.
            var size = Math.Sqrt(Optimizers.SumOfSquares(summed.Span, p)) / update.Parts;
            norm.Span[0] = (float)size;
            if (!double.IsFinite(size) || !float.IsFinite(r[0])) return;
            var scale = (size > update.ClipNorm ? update.ClipNorm / (size + 1e-6) : 1) / update.Parts;
            var s = new AdamWStep(r[0], update.Beta1, update.Beta2, update.Epsilon, update.WeightDecay, update.Decoupled, r[1], r[2], scale, r[3]);
            foreach (var run in trained)
            {
                Optimizers.AdamW(Part(weights, run), Part(summed, run), Part(first, run), Part(second, run), Part(average, run), s, p);
                for (var i = 0; i < more.Length; i++) Optimizers.Average(Part(more[i], run), Part(weights, run), r[AdamUpdate.LeastRates + i], p);
            }

            // What is not trained is its own average.
            foreach (var run in constant)
            {
                if (average.Length > 0) Part(weights, run).CopyTo(Part(average, run));
                foreach (var further in more) Part(weights, run).CopyTo(Part(further, run));
            }
        }

        if (update.Parts == 1) return _ => Step(gradients, rates.Span);
        var sum = new BufferSlice(memory.Accumulated!, 0, length);
        return _ =>
        {
            // Where the loss is not finite, all rates are NaN, the number of the part too: the sum must not become finite again in this step.
            var part = rates.Span[update.PartIndex];
            if (float.IsNaN(part)) sum.Span.Fill(float.NaN);
            else Optimizers.Accumulate(sum.Span, gradients.Span, replace: part == 0, p);
            if (part == update.Parts - 1) Step(sum, rates.Span);
            else norm.Span[0] = float.IsNaN(part) ? float.NaN : 0;
        };

        // Without an average there is no part of it.
        static Span<float> Part(BufferSlice whole, (int Start, int Length) run) => whole.Length == 0 ? [] : whole.Span.Slice(run.Start, run.Length);
    }

    // The addends' places, opened as spans at each run: spans cannot be kept.
    private sealed class BoundEpilogue(EpilogueFusion? fusion, BufferSlice[] inputs, int rowsPerSample)
    {
        public Epilogue Open() => fusion is null ? Epilogue.None : new Epilogue { Bias = At(fusion.Bias), PerSample = At(fusion.PerSample), RowsPerSample = rowsPerSample, Residual = At(fusion.Residual) };

        private ReadOnlySpan<float> At(int index) => index < 0 ? default : inputs[index].Span;
    }
}
