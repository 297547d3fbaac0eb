using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

internal static partial class OperationCases
{
    private static IEnumerable<OperationCase> Networks()
    {
        foreach (var silu in new[] { false, true })
        {
            foreach (var (shape, groups) in new (Shape, int)[] { ([2, 3, 5, 4], 2), ([2, 3, 3, 4], 4), ([2, 3, 2, 4], 1), ([2, 5, 6], 3), ([1, 4, 6], 6), ([3, 8], 2), ([1, 7, 1, 3], 1) })
                yield return new($"GroupNorm of {shape} in {groups} groups{(silu ? ", SiLU" : "")}", b => GroupNorm(b, shape, groups, silu));
            yield return new($"GroupNorm of many channels{(silu ? ", SiLU" : "")}", b => GroupNorm(b, [2, 9, 7, 40], 8, silu), true);
        }

        yield return new("GroupNorm far from zero", b => Op.GroupNorm(b.Variable([2, 4, 6], 99, 101), b.Variable([6]), b.Variable([6]), 2, 1e-6));
        yield return new("LayerNorm of [2, 3, 5]", b => Op.LayerNorm(b.Variable([2, 3, 5]), b.Variable([5]), b.Variable([5])));
        yield return new("LayerNorm of [6]", b => Op.LayerNorm(b.Variable([6]), b.Variable([6]), b.Variable([6])));
        yield return new("Softmax of [3, 5]", b => Op.Softmax(b.Variable([3, 5], -3, 3)));
        yield return new("Softmax of [2, 2, 7]", b => Op.Softmax(b.Variable([2, 2, 7], -3, 3)));
        yield return new("Softmax of large numbers", b => Op.Softmax(b.Variable([2, 3], 100, 101, 99, -500, -501, -499)));
        yield return new("Softmax over one column", b => Op.Softmax(b.Variable([3, 1])));

        foreach (var (shape, heads) in new (Shape, int)[] { ([2, 3, 6], 1), ([2, 5, 18], 3), ([1, 1, 3], 1), ([1, 4, 12], 4) })
            yield return new($"Attention of {shape}, {heads} heads", b => Op.Attention(b.Variable(shape), heads));
        yield return new("Attention of 37 tokens, width 20", b => Op.Attention(b.Variable([2, 37, 120], -2, 2), 2), true);

        yield return new("SinusoidalFeatures of even width", b => Op.SinusoidalFeatures(b.Variable([3], 0.1, 2.5, 7), 6));
        yield return new("SinusoidalFeatures of odd width, sine first", b => Op.SinusoidalFeatures(b.Variable([3], 0.1, 2.5, 7), 5, false, 1, 100));
        yield return new("FourierFeatures", b => Op.FourierFeatures(b.Variable([3], 0.1, 0.5, 0.7), new FloatTensor([2], [0.5f, 1.3f])));
        yield return new("MeanSquaredError", b => Op.MeanSquaredError(b.Variable([2, 5]), b.Variable([2, 5])));
    }

    private static Node GroupNorm(CaseBuilder b, Shape shape, int groups, bool silu)
    {
        var c = shape[^1];
        return Op.GroupNorm(b.Variable(shape), b.Variable([c], 0.5, 1.5), b.Variable([c]), groups, 1e-5, silu);
    }
}
