using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class ResampleTests
{
    [Theory]
    [InlineData(2, 3, 5, 1, 2)]
    [InlineData(3, 4, 2, 33, 3)]
    [InlineData(8, 16, 16, 64, 2)]
    [InlineData(1, 1, 1, 7, 4)]
    [InlineData(2, 5, 4, 12, 1)]
    public void Enlarging_repeats_pixels_and_pooling_sums_them_back(int n, int h, int w, int c, int factor)
    {
        var x = Compare.Normals(n * h * w * c, 1);
        var large = Compare.SameForAllThreads(p =>
        {
            var y = new Guarded(x.Length * factor * factor);
            Resample.UpsampleNearest(x, y.Span, n, h, w, c, factor, p);
            return y.Checked();
        });
        for (var i = 0; i < large.Length; i++)
        {
            var (pixel, k) = Math.DivRem(i, c);
            var (row, column) = Math.DivRem(pixel, w * factor);
            Assert.Equal(x[(((row / factor * w) + (column / factor)) * c) + k], large[i]);
        }

        var noisy = Compare.Normals(large.Length, 2);
        var pooled = Compare.SameForAllThreads(p =>
        {
            var y = new Guarded(x.Length);
            Resample.SumPool(noisy, y.Span, n, h * factor, w * factor, c, factor, 0.25f, p);
            return y.Checked();
        });
        var exact = new double[x.Length];
        for (var i = 0; i < noisy.Length; i++)
        {
            var (pixel, k) = Math.DivRem(i, c);
            var (row, column) = Math.DivRem(pixel, w * factor);
            exact[(((row / factor * w) + (column / factor)) * c) + k] += 0.25 * noisy[i];
        }

        Compare.Close(exact, pooled, 1e-6);
    }

    [Fact]
    public void A_height_that_does_not_divide_is_refused() =>
        Assert.Contains("does not divide into blocks of 2×2", Assert.Throws<ArgumentException>(() => Resample.SumPool(new float[12], new float[4], 1, 3, 4, 1, 2, 1, Parallelism.Single)).Message, StringComparison.Ordinal);
}
