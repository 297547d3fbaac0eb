using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>Counts of the whole process mean something only while no other test runs.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Runs = 1000, Attempts = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_thousand_training_steps_allocate_nothing(int threads)
    {
        using var parallelism = new Parallelism(threads);
        var c = new TrainingCase("allocation", b => EveryKernel(b), new AdamUpdate(0.9, 0.999, 1e-8, 0.01, true, 1), null, parallelism, new PlanOptions(RecomputeAbove: 0));
        Assert.Contains(c.Program.Plan.Steps, s => s.Phase == Phase.Recompute);
        for (var t = 1; t <= 3; t++) c.Step(t);
        var (least, stop) = (long.MaxValue, TestContext.Current.CancellationToken);
        // The runtime itself allocates now and then; a step that allocates does so every time.
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            var before = threads == 1 ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes(true);
            for (var i = 0; i < Runs; i++) c.Program.RunUnlessStopped(new Rng((ulong)i), stop);
            var after = threads == 1 ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes(true);
            least = Math.Min(least, after - before);
        }

        Assert.Equal(0, least);
    }

    private static Node EveryKernel(CaseBuilder b)
    {
        var x = b.Variable([4, 8, 8, 6]);
        var time = Op.Linear(Op.SinusoidalFeatures(b.Variable([4]), 8), b.Parameter([8, 6])) + Op.Embedding(b.Parameter([5, 6]), b.Fixed([4], 0, 4, 2, 4));
        var h = Op.Conv2D(x, b.Parameter([3, 3, 6, 6]), 1, Padding.All(1)) + b.Parameter([6]) + Op.Reshape(time, [4, 1, 1, 6]);
        h = Op.Dropout(Op.GroupNorm(h, b.Parameter([6]), b.Parameter([6]), 2, 1e-5, true), 0.1);
        h = Op.Conv2D(h, b.Parameter([3, 3, 6, 6]), 2, Padding.All(1));
        var tokens = Op.Reshape(h, [4, 16, 6]);
        h += Op.Reshape(Op.Attention(Op.Linear(tokens, b.Parameter([6, 18])), 2), h.Shape);
        h = Op.AveragePool(Op.UpsampleNearest(h, 4), 2);
        h = Op.Pad(Op.Slice(Op.Concatenate(3, h, x), 3, 2, 6), 3, 1, 1);
        h = Op.Transpose(Op.Softmax(h), 0, 3, 1, 2);
        var batched = Op.MatMul(Op.Reshape(h, [4, 8, 64]), Op.Reshape(h, [4, 8, 64]), false, true);
        return Op.Mean(Op.Max(batched, false, 2)) + Op.Mean(Op.Square(Op.Gelu(h)));
    }
}
