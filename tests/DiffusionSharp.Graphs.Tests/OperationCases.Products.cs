using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

internal static partial class OperationCases
{
    // A property: the order of static fields across files is not defined.
    private static (Shape X, Shape W, int Stride, Padding Padding)[] Convolutions =>
    [
        ([2, 5, 7, 3], [3, 3, 3, 4], 1, Padding.All(1)),
        ([1, 6, 5, 2], [3, 3, 2, 3], 2, new(0, 1, 0, 1)),
        ([2, 5, 4, 2], [3, 3, 2, 2], 2, Padding.All(1)),
        ([2, 4, 3, 5], [1, 1, 5, 2], 1, default),
        ([1, 5, 5, 2], [1, 1, 2, 3], 2, default),
        ([1, 6, 4, 2], [5, 3, 2, 2], 1, new(2, 1, 0, 3)),
        ([1, 7, 8, 1], [3, 3, 1, 2], 3, default),
        ([1, 8, 6, 2], [4, 4, 2, 1], 2, Padding.All(1)),
        ([2, 3, 3, 2], [3, 3, 2, 3], 1, default),
        ([1, 2, 2, 1], [2, 3, 1, 1], 1, new(0, 0, 1, 1)),
    ];

    private static IEnumerable<OperationCase> Products()
    {
        foreach (var ta in new[] { false, true })
            foreach (var tb in new[] { false, true })
            {
                yield return new($"MatMul [3, 4] × [4, 5], transposed {ta} {tb}", b => Op.MatMul(b.Variable(ta ? [4, 3] : [3, 4]), b.Variable(tb ? [5, 4] : [4, 5]), ta, tb));
                yield return new($"MatMul of 2 batches, transposed {ta} {tb}", b => Op.MatMul(b.Variable(ta ? [2, 4, 3] : [2, 3, 4]), b.Variable(tb ? [2, 5, 4] : [2, 4, 5]), ta, tb));
                yield return new($"MatMul [67, 37] × [37, 51], transposed {ta} {tb}", b => Op.MatMul(b.Variable(ta ? [37, 67] : [67, 37]), b.Variable(tb ? [51, 37] : [37, 51]), ta, tb), true);
            }

        yield return new("MatMul of a matrix with itself", b =>
        {
            var x = b.Variable([3, 3]);
            return Op.MatMul(x, x, true);
        });
        yield return new("MatMul of single numbers", b => Op.MatMul(b.Variable([1, 1]), b.Variable([1, 1])));
        yield return new("Linear on [2, 3, 4]", b => Op.Linear(b.Variable([2, 3, 4]), b.Variable([4, 5]), b.Variable([5])));
        yield return new("Linear without bias", b => Op.Linear(b.Variable([3, 4]), b.Variable([4, 2])));
        yield return new("A product of one column plus a single value", b => Op.MatMul(b.Variable([3, 4]), b.Variable([4, 1])) + b.Variable([]));

        foreach (var (x, w, stride, padding) in Convolutions)
        {
            var label = $"{x} by {w}, stride {stride}, padding {padding.Top} {padding.Bottom} {padding.Left} {padding.Right}";
            yield return new($"Conv2D {label}", b => Op.Conv2D(b.Variable(x), b.Variable(w), stride, padding));
            yield return new($"Conv2DGradInput {label}", b =>
            {
                var picture = b.Fixed(x, new double[x.Count]);
                var y = Op.Conv2D(picture, b.Variable(w), stride, padding);
                return OperationCase.Adjoint(y, picture, b.Variable(y.Shape));
            });
            yield return new($"Conv2DGradWeight {label}", b =>
            {
                var weight = b.Fixed(w, new double[w.Count]);
                var y = Op.Conv2D(b.Variable(x), weight, stride, padding);
                return OperationCase.Adjoint(y, weight, b.Variable(y.Shape));
            });
        }

        yield return new("Conv2D 3×3 with many channels", b => Op.Conv2D(b.Variable([2, 9, 7, 16]), b.Variable([3, 3, 16, 24]), 1, Padding.All(1)), true);
        yield return new("Conv2D 3×3, one picture of 16 × 16", b => Op.Conv2D(b.Variable([1, 16, 16, 8]), b.Variable([3, 3, 8, 8]), 1, Padding.All(1)), true);
        yield return new("Conv2D 3×3 of stride 2 with many channels", b => Op.Conv2D(b.Variable([2, 8, 8, 16]), b.Variable([3, 3, 16, 16]), 2, new(0, 1, 0, 1)), true);
        yield return new("Conv2D 1×1 with many channels", b => Op.Conv2D(b.Variable([2, 6, 6, 20]), b.Variable([1, 1, 20, 33])), true);

        yield return new("UpsampleNearest by 2", b => Op.UpsampleNearest(b.Variable([2, 3, 2, 3]), 2));
        yield return new("UpsampleNearest by 3", b => Op.UpsampleNearest(b.Variable([1, 2, 3, 1]), 3));
        yield return new("AveragePool by 2", b => Op.AveragePool(b.Variable([2, 4, 6, 3]), 2));
        yield return new("AveragePool by 3", b => Op.AveragePool(b.Variable([1, 3, 6, 2]), 3));

        yield return new("Embedding with repeated indices", b => Op.Embedding(b.Variable([4, 3]), b.Fixed([5], 2, 0, 2, 3, 2)));
        yield return new("Embedding by indices of rank 2", b => Op.Embedding(b.Variable([3, 2]), b.Fixed([2, 2], 1, 1, 0, 2)));
        yield return new("Embedding by one index", b => Op.Embedding(b.Variable([3, 2]), b.Fixed([], 1)));
        yield return new("EmbeddingGrad", b =>
        {
            var table = b.Fixed([4, 3], new double[12]);
            var y = Op.Embedding(table, b.Fixed([5], 2, 0, 2, 3, 2));
            return OperationCase.Adjoint(y, table, b.Variable(y.Shape));
        });
    }
}
