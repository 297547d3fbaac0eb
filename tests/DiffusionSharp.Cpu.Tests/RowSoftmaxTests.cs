using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class RowSoftmaxTests
{
    [Fact]
    public void Rows_of_every_short_length_agree_with_double_in_place()
    {
        for (var columns = 1; columns <= 256; columns++)
        {
            var x = Compare.Normals(3 * columns, (ulong)columns, 5);
            var memory = new Guarded(x);
            RowSoftmax.Rows(memory.Span, memory.Span, 3, columns, Parallelism.Single);
            Compare.Close(Slow(x, columns), memory.Checked(), 5e-7);
        }
    }

    [Fact]
    public void Threads_do_not_matter()
    {
        var x = Compare.Normals(1000 * 70, 1, 3);
        var result = Compare.SameForAllThreads(p =>
        {
            var y = new Guarded(x.Length);
            RowSoftmax.Rows(x, y.Span, 1000, 70, p);
            return y.Checked();
        });
        Compare.Close(Slow(x, 70), result, 5e-7);
    }

    [Fact]
    public void Huge_scores_are_safe_and_NaN_spoils_its_row_alone()
    {
        float[] x = [1e30f, 1e30f, -1e30f, 1, float.NaN, 2, float.NegativeInfinity, 0, 0];
        RowSoftmax.Rows(x, x, 3, 3, Parallelism.Single);
        Assert.Equal([0.5f, 0.5f, 0f, float.NaN, float.NaN, float.NaN, 0f, 0.5f, 0.5f], x);
    }

    private static double[] Slow(float[] x, int columns)
    {
        var y = new double[x.Length];
        for (var row = 0; row < x.Length; row += columns)
        {
            double largest = x[row..(row + columns)].Max(), sum = 0;
            for (var i = row; i < row + columns; i++) sum += y[i] = Math.Exp(x[i] - largest);
            for (var i = row; i < row + columns; i++) y[i] /= sum;
        }

        return y;
    }
}
