using DiffusionSharp.Data.Sources;

namespace DiffusionSharp.Data.Tests.Sources;

public sealed class BatchSamplerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(17)]
    [InlineData(1024)]
    [InlineData(60000)]
    public void Every_epoch_visits_each_sample_once_in_an_order_of_its_own(int count)
    {
        var sampler = new BatchSampler(count, 1, 3);
        int[]? before = null;
        for (var epoch = 0L; epoch < 3; epoch++)
        {
            var order = Enumerable.Range(0, count).Select(k => sampler.IndexAt((epoch * count) + k)).ToArray();
            Assert.Equal(Enumerable.Range(0, count), order.Order());
            if (count >= 10) Assert.NotEqual(before, order);
            Assert.Equal(epoch, sampler.EpochOf((epoch * count) + count - 1));
            before = order;
        }
    }

    [Fact]
    public void Batches_run_across_epochs_and_any_step_stands_alone()
    {
        var sampler = new BatchSampler(10, 4, 0);
        var all = Enumerable.Range(0, 40).Select(p => sampler.IndexAt(p)).ToArray();
        var batch = new int[4];
        for (var step = 9; step >= 0; step--)
        {
            new BatchSampler(10, 4, 0).Indices(step, batch);
            Assert.Equal(all[(step * 4)..((step * 4) + 4)], batch);
        }

        Assert.Contains("room for 3", Assert.Throws<ArgumentException>(() => sampler.Indices(0, new int[3])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Indices(-1, batch));
    }

    [Fact]
    public void Every_sample_is_as_likely_at_every_place()
    {
        // 10 samples, 10 places, 20,000 epochs: chi-square with 81 degrees of freedom, mean 81, deviation 12.7.
        var sampler = new BatchSampler(10, 10, 1);
        var counts = new int[10, 10];
        for (var p = 0; p < 200_000; p++) counts[p % 10, sampler.IndexAt(p)]++;
        double chi = 0;
        foreach (var c in counts) chi += (c - 2000.0) * (c - 2000.0) / 2000;
        Assert.InRange(chi, 81 - 51, 81 + 51);
    }

    [Fact]
    public void Neighbours_in_an_order_are_unrelated()
    {
        // The mean of |a − b| of two uniform numbers below n is n/3.
        var sampler = new BatchSampler(60000, 1, 9);
        var mean = Enumerable.Range(0, 20000).Average(p => Math.Abs(sampler.IndexAt(p) - sampler.IndexAt(p + 1)));
        Assert.InRange(mean, 20000 - 400, 20000 + 400);
    }
}
