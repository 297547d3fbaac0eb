using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class ReduceTests
{
    [Theory]
    [InlineData(1, 65536, 32)]
    [InlineData(1, 5000, 256)]
    [InlineData(1, 65536, 3)]
    [InlineData(1, 1000003, 1)]
    [InlineData(3, 70000, 1)]
    [InlineData(64, 1024, 32)]
    [InlineData(5, 17, 7)]
    [InlineData(2, 300, 1030)]
    [InlineData(300, 3, 5)]
    [InlineData(1000, 10, 1)]
    [InlineData(7, 0, 3)]
    [InlineData(1, 1, 1)]
    public void A_sum_agrees_with_double_and_does_not_depend_on_threads(int outer, int reduce, int inner)
    {
        var x = Compare.Normals(outer * reduce * inner, 1, mean: 0.5);
        var result = Compare.SameForAllThreads(p =>
        {
            var y = new Guarded(outer * inner);
            var workspace = new Guarded(Reduce.SumWorkspaceLength(outer, reduce, inner));
            Reduce.Sum(new Guarded(x).Span, y.Span, outer, reduce, inner, 0.5f, workspace.Span, p);
            workspace.Checked();
            return y.Checked();
        });
        for (var o = 0; o < outer; o++)
        {
            for (var i = 0; i < inner; i++)
            {
                double sum = 0, size = 0;
                for (var r = 0; r < reduce; r++)
                {
                    sum += 0.5 * x[(((o * reduce) + r) * inner) + i];
                    size += 0.5 * Math.Abs(x[(((o * reduce) + r) * inner) + i]);
                }

                Assert.True(Math.Abs(result[(o * inner) + i] - sum) <= 3e-7 * size, $"({o}, {i}): {result[(o * inner) + i]}, expected {sum}.");
            }
        }
    }

    [Fact]
    public void Every_short_length_sums_and_finds_its_largest()
    {
        for (var n = 1; n <= 256; n++)
        {
            foreach (var inner in (int[])[1, 2, 17])
            {
                var x = Compare.Normals(n * inner, (ulong)n);
                var (sum, largest) = (new Guarded(inner), new Guarded(inner));
                Reduce.Sum(x, sum.Span, 1, n, inner, 1, default, Parallelism.Single);
                Reduce.Max(x, largest.Span, 1, n, inner, Parallelism.Single);
                for (var i = 0; i < inner; i++)
                {
                    var column = x.Where((_, at) => at % inner == i).ToArray();
                    Assert.Equal(column.Sum(v => (double)v), sum.Checked()[i], 3e-7 * column.Sum(v => Math.Abs((double)v)));
                    Assert.Equal(column.Max(), largest.Checked()[i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(3, 1000, 1)]
    [InlineData(1, 900, 1500)]
    [InlineData(400, 5, 3)]
    public void A_maximum_keeps_NaN_and_does_not_depend_on_threads(int outer, int reduce, int inner)
    {
        var x = Compare.Normals(outer * reduce * inner, 2);
        x[^1] = float.NaN;
        var result = Compare.SameForAllThreads(p =>
        {
            var y = new Guarded(outer * inner);
            Reduce.Max(x, y.Span, outer, reduce, inner, p);
            return y.Checked();
        });
        Assert.True(float.IsNaN(result[^1]));
        for (var o = 0; o < (outer * inner) - 1; o++)
            Assert.Equal(Enumerable.Range(0, reduce).Max(r => x[((((o / inner) * reduce) + r) * inner) + (o % inner)]), result[o]);
    }

    [Fact]
    public void Sums_keep_NaN_and_an_empty_maximum_is_minus_infinity()
    {
        var y = new float[1];
        Reduce.Sum([1, float.NaN, 2], y, 1, 3, 1, 1, default, Parallelism.Single);
        Assert.True(float.IsNaN(y[0]));
        Reduce.Max([], y, 1, 0, 1, Parallelism.Single);
        Assert.Equal(float.NegativeInfinity, y[0]);
    }
}
