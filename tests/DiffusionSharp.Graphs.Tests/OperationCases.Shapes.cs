using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

internal static partial class OperationCases
{
    private static IEnumerable<OperationCase> Shapes()
    {
        yield return new("BroadcastTo [2, 1, 3] → [4, 2, 5, 3]", b => Op.BroadcastTo(b.Variable([2, 1, 3]), [4, 2, 5, 3]));
        yield return new("BroadcastTo [] → [2, 3]", b => Op.BroadcastTo(b.Variable([]), [2, 3]));
        yield return new("BroadcastTo [1, 1] → [1, 3]", b => Op.BroadcastTo(b.Variable([1, 1]), [1, 3]));
        yield return new("Reshape [2, 6] → [3, 1, 4]", b => Op.Reshape(b.Variable([2, 6]), [3, 1, 4]));
        yield return new("Reshape [1] → []", b => Op.Reshape(b.Variable([1]), []));
        yield return new("Reshape of a reshape back", b => Op.Reshape(Op.Reshape(Op.Exp(b.Variable([2, 6])), [12]), [2, 6]));

        foreach (var permutation in new int[][] { [1, 0, 2], [2, 0, 1], [2, 1, 0], [0, 2, 1], [1, 2, 0], [0, 1, 2] })
            yield return new($"Transpose of [3, 2, 5] by {string.Join(' ', permutation)}", b => Op.Transpose(b.Variable([3, 2, 5]), permutation));
        foreach (var permutation in new int[][] { [0, 3, 1, 2], [0, 2, 3, 1], [3, 2, 1, 0], [0, 2, 1, 3], [1, 3, 0, 2] })
            yield return new($"Transpose of [2, 3, 4, 5] by {string.Join(' ', permutation)}", b => Op.Transpose(b.Variable([2, 3, 4, 5]), permutation));
        yield return new("Transpose of [7, 3]", b => Op.Transpose(b.Variable([7, 3]), 1, 0));

        for (var axis = -3; axis < 3; axis++)
        {
            var a = axis;
            yield return new($"Slice of axis {a}", b => Op.Slice(b.Variable([3, 4, 5]), a, 1, 2));
            yield return new($"Pad of axis {a}", b => Op.Pad(b.Variable([3, 4, 5]), a, 2, 1));
            yield return new($"Pad before axis {a} only", b => Op.Pad(b.Variable([3, 4, 5]), a, 1, 0));
            yield return new($"Concatenate of one, two and three along axis {a}", b =>
            {
                Shape s = [3, 2, 2];
                return Op.Concatenate(a, b.Variable(s.With(a < 0 ? a + 3 : a, 1)), b.Variable(s.With(a < 0 ? a + 3 : a, 2)), b.Variable(s.With(a < 0 ? a + 3 : a, 3)));
            });
        }

        yield return new("Slice to the first and to the last", b =>
        {
            var x = b.Variable([2, 7]);
            return Op.Slice(x, 1, 0, 3) * Op.Slice(x, 1, 4, 3);
        });
        yield return new("Slice of length 0, padded", b => Op.Pad(Op.Slice(b.Variable([2, 3]), 1, 1, 0), 1, 1, 2));
        yield return new("Concatenate of a value with itself", b =>
        {
            var x = b.Variable([2, 3]);
            return Op.Concatenate(1, x, x, Op.Square(x));
        });

        foreach (var axes in new int[][] { [], [0], [1], [2], [0, 1], [1, 2], [0, 2], [-1], [-2], [0, 1, 2] })
        {
            foreach (var keep in new[] { false, true })
            {
                var label = $"over [{string.Join(", ", axes)}] of [3, 4, 5]{(keep ? ", kept" : "")}";
                yield return new($"Sum {label}", b => Op.Sum(b.Variable([3, 4, 5]), keep, axes));
                yield return new($"Mean {label}", b => Op.Mean(b.Variable([3, 4, 5]), keep, axes));
                yield return new($"Max {label}", b => Op.Max(b.Variable([3, 4, 5]), keep, axes));
            }
        }

        yield return new("Max with ties of two", b => Op.Max(b.Variable([2, 4], 3, 1, 3, 2, -1, -1, -2, -5), false, 1));
        yield return new("Sum of a single value", b => Op.Sum(b.Variable([])) * 2);
        yield return new("Sum over axes of 1", b => Op.Sum(b.Variable([1, 3, 1]), false, 0, 2));
        yield return new("Sum over long rows", b => Op.Sum(b.Variable([3, 1031]), false, 1), true);
        yield return new("Sum over long columns", b => Op.Sum(b.Variable([1031, 5]), false, 0), true);
        yield return new("Sum over everything", b => Op.Mean(b.Variable([70, 33, 9])), true);
    }
}
