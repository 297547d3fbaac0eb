using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class MovementTests
{
    [Theory]
    [InlineData(1, 100_001, 100_001, 100_001)]
    [InlineData(7, 33, 33, 33)]
    [InlineData(5000, 7, 16, 32)]
    [InlineData(3, 40_000, 40_001, 50_000)]
    [InlineData(100_000, 1, 1, 1)]
    [InlineData(4, 0, 3, 3)]
    public void Blocks_are_copied_and_cleared_and_nothing_between_them(int rows, int length, int sourceStride, int destinationStride)
    {
        var source = Compare.Normals((rows * sourceStride) + 1, 1);
        var before = Compare.Normals((rows * destinationStride) + 1, 2);
        using var p = new Parallelism(2);
        var (copied, cleared) = (new Guarded(before), new Guarded(before));
        Movement.CopyBlocks(source, sourceStride, copied.Span, destinationStride, rows, length, p);
        Movement.ZeroBlocks(cleared.Span, destinationStride, rows, length, p);
        var (copy, zero) = (copied.Checked(), cleared.Checked());
        for (var i = 0; i < before.Length; i++)
        {
            var (row, column) = Math.DivRem(i, destinationStride);
            var inside = row < rows && column < length;
            Assert.Equal(inside ? source[(row * sourceStride) + column] : before[i], copy[i]);
            Assert.Equal(inside ? 0 : before[i], zero[i]);
        }
    }

    public static TheoryData<int[], int[]> Permutations => new()
    {
        { [3, 5], [1, 0] },
        { [8, 8], [1, 0] },
        { [257, 129], [1, 0] },
        { [1, 700], [1, 0] },
        { [4, 3, 32, 32], [0, 2, 3, 1] },
        { [4, 32, 32, 3], [0, 3, 1, 2] },
        { [2, 3, 4], [2, 1, 0] },
        { [20, 30, 40], [1, 0, 2] },
        { [20, 30, 40], [0, 1, 2] },
        { [20, 30, 41], [2, 0, 1] },
        { [3, 4, 5, 6], [3, 1, 2, 0] },
        { [2, 3, 2, 3, 2, 3], [5, 3, 1, 4, 2, 0] },
        { [9], [0] },
        { [], [] },
        { [1, 1, 1], [2, 0, 1] },
        { [64, 64, 3, 3], [2, 3, 1, 0] },
        { [0, 4], [1, 0] },
    };

    [Theory]
    [MemberData(nameof(Permutations))]
    public void A_permutation_puts_every_element_where_its_indices_say(int[] shape, int[] permutation)
    {
        var source = Compare.Normals(Shape.Create(shape).Count, 3);
        var result = Compare.SameForAllThreads(p =>
        {
            var destination = new Guarded(source.Length);
            Movement.Transpose(source, destination.Span, Shape.Create(shape), permutation, p);
            return destination.Checked();
        });
        var index = new int[shape.Length];
        for (var i = 0; i < source.Length; i++)
        {
            var rest = i;
            for (var axis = shape.Length - 1; axis >= 0; axis--) (rest, index[axis]) = Math.DivRem(rest, shape[axis]);
            var at = 0;
            foreach (var axis in permutation) at = (at * shape[axis]) + index[axis];
            Assert.Equal(source[i], result[at]);
        }
    }

    [Fact]
    public void Axes_given_twice_or_beyond_the_rank_are_refused()
    {
        var (x, y) = (new float[6], new float[6]);
        Assert.Contains("axis 0 is out of range or given twice", Assert.Throws<ArgumentException>(() => Movement.Transpose(x, y, [2, 3], [0, 0], Parallelism.Single)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Movement.Transpose(x, y, [2, 3], [0, 2], Parallelism.Single));
        Assert.Throws<ArgumentException>(() => Movement.Transpose(x, y, [2, 3], [0], Parallelism.Single));
        Assert.Throws<ArgumentException>(() => Movement.Transpose(x, y.AsSpan(0, 5), [2, 3], [1, 0], Parallelism.Single));
        Assert.Throws<ArgumentException>(() => Movement.CopyBlocks(x, 3, y, 4, 2, 3, Parallelism.Single));
    }
}
