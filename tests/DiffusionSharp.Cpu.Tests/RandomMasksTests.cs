using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class RandomMasksTests
{
    [Fact]
    public void A_mask_keeps_its_mean_at_one_and_does_not_depend_on_threads_or_length()
    {
        const int n = 100_003;
        var mask = Compare.SameForAllThreads(p =>
        {
            var y = new Guarded(n);
            RandomMasks.Dropout(y.Span, new Rng(5), 0.3f, p);
            return y.Checked();
        });
        var kept = 1 / (1 - 0.3f);
        Assert.All(mask, v => Assert.True(v == 0 || v == kept));

        // The standard error of the dropped share is √(0.3·0.7/n) = 0.00145.
        Assert.Equal(0.3, mask.Count(v => v == 0) / (double)n, 0.005);
        for (var length = 0; length < 40; length++)
        {
            var part = new Guarded(length);
            RandomMasks.Dropout(part.Span, new Rng(5), 0.3f, Parallelism.Single);
            Assert.Equal(mask[..length], part.Checked());
        }
    }

    [Fact]
    public void A_rate_of_zero_keeps_all_and_a_rate_outside_is_refused()
    {
        var y = new float[1000];
        RandomMasks.Dropout(y, new Rng(1), 0, Parallelism.Single);
        Assert.All(y, v => Assert.Equal(1f, v));
        foreach (var rate in (float[])[1, -0.1f, float.NaN, 2])
            Assert.Throws<ArgumentOutOfRangeException>(() => RandomMasks.Dropout(y, new Rng(1), rate, Parallelism.Single));
    }
}
