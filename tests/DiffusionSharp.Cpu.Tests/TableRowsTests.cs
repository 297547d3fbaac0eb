using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class TableRowsTests
{
    [Theory]
    [InlineData(10, 64, 128)]
    [InlineData(3, 1000, 17)]
    [InlineData(1, 5, 1)]
    [InlineData(7, 0, 4)]
    public void Rows_are_fetched_and_gradients_added_in_the_order_of_the_rows(int entries, int rows, int width)
    {
        var table = Compare.Normals(entries * width, 1);
        var dy = Compare.Normals(rows * width, 2);
        var indices = Enumerable.Range(0, rows).Select(r => (float)new Rng(3).Integer(entries, (ulong)r)).ToArray();
        var all = Compare.SameForAllThreads(p =>
        {
            var (y, gradient) = (new Guarded(rows * width), new Guarded(table));
            TableRows.Gather(table, indices, y.Span, rows, width, p);
            TableRows.ScatterAdd(dy, indices, gradient.Span, rows, width, p);
            return [.. y.Checked(), .. gradient.Checked()];
        });
        var exact = new float[table.Length];
        for (var i = 0; i < dy.Length; i++)
        {
            var at = ((int)indices[i / width] * width) + (i % width);
            Assert.Equal(table[at], all[i]);
            exact[at] += dy[i];
        }

        Assert.Equal(exact, all[dy.Length..]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_index_outside_the_table_is_named(float index)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => TableRows.Gather(new float[6], [0, index], new float[4], 2, 2, Parallelism.Single));
        Assert.Contains("index 1 must be an integer from 0 to 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TableRows.ScatterAdd(new float[4], [0, index], new float[6], 2, 2, Parallelism.Single));
    }
}
