using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Tests.Sources;

public sealed class DigitsSourceTests
{
    [Fact]
    public void A_digit_is_a_function_of_seed_and_index_alone_from_any_thread()
    {
        var source = new DigitsSource(200, 5);
        var expected = Enumerable.Range(0, 200).Select(i => Read(source, i)).ToArray();
        using var parallelism = new Parallelism(4);
        var other = new DigitsSource(1000, 5);
        var same = new bool[200];
        parallelism.For(200, i => same[i] = Read(other, i).AsSpan().SequenceEqual(expected[i]));
        Assert.DoesNotContain(false, same);
        Assert.NotEqual(expected[0], Read(new DigitsSource(1, 6), 0));
        Assert.NotEqual(expected[0], expected[10]);
    }

    [Fact]
    public void Ink_is_that_of_MNIST_in_amount_and_place()
    {
        // MNIST: mean 33 of 255, ink in 19 % of pixels, centre of mass in the middle, an empty border.
        var source = new DigitsSource(2000);
        double mean = 0, inked = 0, x = 0, y = 0;
        for (var n = 0; n < source.Count; n++)
        {
            var values = Read(source, n);
            for (var i = 0; i < values.Length; i++)
            {
                var ink = (values[i] + 1) / 2;
                Assert.InRange(ink, 0, 1);
                if (i % 28 == 0 || i % 28 == 27 || i / 28 == 0 || i / 28 == 27) Assert.Equal(0, ink);
                mean += ink;
                if (ink > 0) inked++;
                x += ink * (i % 28);
                y += ink * (i / 28);
            }
        }

        Assert.InRange(x / mean, 13, 14);
        Assert.InRange(y / mean, 13, 14);
        Assert.InRange(mean * 255 / 784 / source.Count, 28, 38);
        Assert.InRange(inked / 784 / source.Count, 0.16, 0.23);
    }

    [Fact]
    public void Digits_can_be_told_apart_by_their_neighbours()
    {
        // One nearest neighbour among 1000 drawn digits recognises more than nine of ten others: labels match pictures, and hands vary.
        var source = new DigitsSource(1000, 1);
        var known = Enumerable.Range(0, 1000).Select(i => Read(source, i)).ToArray();
        var asked = new DigitsSource(100, 2);
        var right = 0;
        for (var i = 0; i < asked.Count; i++)
        {
            var values = Read(asked, i);
            var distances = Array.ConvertAll(known, k => Distance(values, k));
            var nearest = Array.IndexOf(distances, distances.Min());
            Assert.True(distances[nearest] > 5);
            if (nearest % 10 == asked.Label(i)) right++;
        }

        Assert.InRange(right, 91, 100);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(64)]
    public void Digits_are_drawn_at_any_size(int size)
    {
        var source = new DigitsSource(20, 0, size);
        Assert.Equal<Shape>([size, size, 1], source.SampleShape);
        for (var i = 0; i < 20; i++) Assert.InRange(Read(source, i).Average(v => (v + 1) / 2), 0.04, 0.35);
    }

    [Fact]
    public void What_cannot_be_drawn_or_read_is_refused()
    {
        Assert.Throws<DataException>(() => new DigitsSource(1, 0, 7));
        var source = new DigitsSource(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(10, new float[784]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Label(-1));
        Assert.Contains("784 values, the destination has 3", Assert.Throws<ArgumentException>(() => source.Read(0, new float[3])).Message, StringComparison.Ordinal);
    }

    private static float[] Read(DataSource source, int index)
    {
        var values = new float[source.SampleShape.Count];
        source.Read(index, values);
        return values;
    }

    private static double Distance(float[] a, float[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
