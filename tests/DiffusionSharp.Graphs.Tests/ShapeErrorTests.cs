using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

public sealed class ShapeErrorTests
{
    private static readonly (Func<Func<Shape, Node>, object> Build, string Message)[] Errors =
    [
        (x => Op.MatMul(x([64, 10]), x([12, 3])), "MatMul: inner dimensions differ, [64, 10] × [12, 3]."),
        (x => Op.MatMul(x([64, 10]), x([10, 3]), true), "MatMul: inner dimensions differ, [64, 10] × [10, 3]."),
        (x => Op.MatMul(x([4, 3, 2]), x([2, 2])), "MatMul: operands are both of rank 2 or both of rank 3, [4, 3, 2] × [2, 2]."),
        (x => Op.MatMul(x([3]), x([3])), "MatMul: operands are both of rank 2 or both of rank 3, [3] × [3]."),
        (x => Op.MatMul(x([4, 3, 2]), x([5, 2, 2])), "MatMul: batches differ, [4, 3, 2] × [5, 2, 2]."),
        (x => Op.Linear(x([4, 3]), x([2, 5])), "Linear: [4, 3] does not fit a weight of [2, 5]."),
        (x => Op.Linear(x([]), x([2, 5])), "Linear: [] does not fit a weight of [2, 5]."),
        (x => Op.Linear(x([4, 3]), x([3, 5]), x([4])), "Add: shapes do not broadcast, [4, 5] and [4]."),
        (x => Op.Conv2D(x([2, 8, 8, 3]), x([3, 3, 4, 5])), "Conv2D: a picture [N, H, W, C] of [2, 8, 8, 3] does not fit a weight [KH, KW, C, Co] of [3, 3, 4, 5]."),
        (x => Op.Conv2D(x([8, 8, 3]), x([3, 3, 3, 5])), "Conv2D: a picture [N, H, W, C] of [8, 8, 3] does not fit a weight [KH, KW, C, Co] of [3, 3, 3, 5]."),
        (x => Op.Conv2D(x([1, 2, 8, 3]), x([3, 3, 3, 5])), "Conv2D: a kernel of [3, 3, 3, 5] is larger than the padded picture of [1, 2, 8, 3]."),
        (x => Op.Conv2D(x([1, 8, 8, 3]), x([3, 3, 3, 5]), 0), "Conv2D: the stride is at least 1."),
        (x => Op.Conv2D(x([1, 8, 8, 3]), x([3, 3, 3, 5]), 1, new(0, 0, -1, 0)), "Conv2D: Padding { Top = 0, Bottom = 0, Left = -1, Right = 0 } is negative."),
        (x => Op.Concatenate(1, x([2, 3]), x([3, 3])), "Concatenate: shapes differ outside axis 1, [2, 3] and [3, 3]."),
        (x => Op.Concatenate(0, x([2, 3]), x([2, 3, 1])), "Concatenate: shapes differ outside axis 0, [2, 3] and [2, 3, 1]."),
        (x => Op.Concatenate(2, x([2, 3])), "Concatenate: axis 2 does not exist in [2, 3]."),
        (x => Op.Concatenate(0), "Concatenate: at least one operand is needed."),
        (x => Op.Reshape(x([2, 3]), [7]), "Reshape: [2, 3] has 6 values, [7] has 7."),
        (x => Op.Transpose(x([2, 3]), 0), "Transpose: 1 axes given for [2, 3]."),
        (x => Op.Transpose(x([2, 3]), 0, 0), "Transpose: not a permutation of the 2 axes of [2, 3]."),
        (x => Op.Transpose(x([2, 3]), 0, 2), "Transpose: not a permutation of the 2 axes of [2, 3]."),
        (x => Op.Slice(x([2, 3]), 1, 2, 2), "Slice: positions 2 to 4 of axis 1 lie outside [2, 3]."),
        (x => Op.Slice(x([2, 3]), 1, -1, 2), "Slice: positions -1 to 1 of axis 1 lie outside [2, 3]."),
        (x => Op.Slice(x([2, 3]), -3, 0, 1), "Slice: axis -3 does not exist in [2, 3]."),
        (x => Op.Pad(x([2, 3]), 0, -1, 1), "Pad: -1 before and 1 after are not both at least 0."),
        (x => x([2, 3]) + x([4]), "Add: shapes do not broadcast, [2, 3] and [4]."),
        (x => x([2, 3]) * x([3, 2]), "Multiply: shapes do not broadcast, [2, 3] and [3, 2]."),
        (x => Op.BroadcastTo(x([2, 3]), [2, 4]), "BroadcastTo: shapes do not broadcast, [2, 3] and [2, 4]."),
        (x => Op.BroadcastTo(x([2, 3]), [1, 3]), "BroadcastTo: [2, 3] does not stretch to [1, 3]."),
        (x => Op.Sum(x([2, 3]), false, 2), "Reduce: axis 2 does not exist in [2, 3]."),
        (x => Op.GroupNorm(x([2, 4, 6]), x([4]), x([6]), 2, 1e-5), "GroupNorm: [2, 4, 6] does not fit scales of [4] and shifts of [6]."),
        (x => Op.GroupNorm(x([6]), x([6]), x([6]), 2, 1e-5), "GroupNorm: [6] does not fit scales of [6] and shifts of [6]."),
        (x => Op.GroupNorm(x([2, 4, 6]), x([6]), x([6]), 4, 1e-5), "GroupNorm: 4 groups do not divide 6 channels."),
        (x => Op.GroupNorm(x([2, 4, 6]), x([6]), x([6]), 2, double.NaN), "GroupNorm: epsilon is at least 0."),
        (x => Op.LayerNorm(x([]), x([1]), x([1])), "LayerNorm: [] has no innermost axis."),
        (x => Op.Softmax(x([])), "Softmax: a single number has no axis."),
        (x => Op.Attention(x([2, 5, 8]), 1), "Attention: the operand is [N, T, 3C], not [2, 5, 8]."),
        (x => Op.Attention(x([5, 9]), 1), "Attention: the operand is [N, T, 3C], not [5, 9]."),
        (x => Op.Attention(x([2, 5, 12]), 3), "Attention: 3 heads do not divide 4 channels."),
        (x => Op.Embedding(x([3]), x([2])), "Embedding: the table is [K, D], not [3]."),
        (x => Op.UpsampleNearest(x([2, 3]), 2), "UpsampleNearest: the operand is [N, H, W, C], not [2, 3]."),
        (x => Op.UpsampleNearest(x([1, 2, 3, 1]), 0), "UpsampleNearest: the factor is at least 1."),
        (x => Op.AveragePool(x([1, 4, 5, 1]), 2), "AveragePool: 2 does not divide the sides of [1, 4, 5, 1]."),
        (x => Op.AveragePool(x([4, 5]), 2), "AveragePool: the operand is [N, H, W, C], not [4, 5]."),
        (x => Op.AveragePool(x([1, 4, 4, 1]), 0), "AveragePool: the factor is at least 1."),
        (x => Op.SinusoidalFeatures(x([2, 1]), 4), "Features of time: t is [N], not [2, 1]."),
        (x => Op.SinusoidalFeatures(x([2]), 1), "Features of time: a width of 1 holds no frequency."),
        (x => Op.MeanSquaredError(x([2, 3]), x([3])), "MeanSquaredError: shapes differ, [2, 3] and [3]."),
        (x => Op.Dropout(x([2]), 1), "Dropout: the rate lies in [0, 1)."),
        (x => Op.Dropout(x([2]), double.NaN), "Dropout: the rate lies in [0, 1)."),
        (x => Op.Train(Op.Sum(x([2])), x([3]), new AdamUpdate(0.9, 0.999, 1e-8, 0, true, 1)), "Train: the rates are [4], not [3]."),
        (x => x([2]) + new Graph().Input("other", [2]), "Add: an operand belongs to another graph."),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Errors.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void A_shape_error_names_the_operation_and_the_shapes(int index)
    {
        var graph = new Graph();
        var made = 0;
        var error = Assert.ThrowsAny<ArgumentException>(() => Errors[index].Build(shape => graph.Input($"x{made++}", shape)));
        // The framework adds the parameter's name and the value after our own sentence.
        Assert.Equal(Errors[index].Message, error.Message.Split(" (Parameter")[0]);
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var graph = new Graph();
        graph.Input("x", [1]);
        graph.Parameter("w", [1], (_, _) => { });
        Assert.StartsWith("Input: the name 'x' is taken.", Assert.Throws<ArgumentException>(() => graph.Input("x", [2])).Message, StringComparison.Ordinal);
        Assert.StartsWith("Parameter: the name 'w' is taken.", Assert.Throws<ArgumentException>(() => graph.Parameter("w", [2], (_, _) => { })).Message, StringComparison.Ordinal);
    }
}
