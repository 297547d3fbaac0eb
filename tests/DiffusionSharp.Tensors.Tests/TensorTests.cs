namespace DiffusionSharp.Tensors.Tests;

public sealed class TensorTests
{
    private static readonly Tensor Sample = new([2, 3], [1, -2, 3, 4, 5, -6]);

    [Fact]
    public void Arithmetic_goes_value_by_value()
    {
        Assert.Equal([2, -4, 6, 8, 10, -12], (Sample + Sample).Values);
        Assert.Equal([0, 0, 0, 0, 0, 0], (Sample - Sample).Values);
        Assert.Equal([1, 4, 9, 16, 25, 36], (Sample * Sample).Values);
        Assert.Equal([1, 1, 1, 1, 1, 1], (Sample / Sample).Values);
        Assert.Equal([0.5, -1, 1.5, 2, 2.5, -3], (Sample / 2).Values);
        Assert.Equal((2 * Sample).Values, (Sample * 2).Values);
        Assert.Equal([2, -1, 4, 5, 6, -5], (Sample + 1).Values);
        Assert.Equal([-1, 2, -3, -4, -5, 6], (-Sample).Values);
        Assert.Equal([1, -1, 2, 2, 2, -1], Sample.Clamp(-1, 2).Values);
        Assert.Equal(6, Sample.MaxAbs());
        Assert.Equal(5.0 / 6, Sample.Mean(), 1e-15);
        Assert.Equal([1, 4, 9, 16, 25, 36], Sample.Map(x => x * x).Values);
    }

    [Fact]
    public void Shapes_that_differ_are_named()
    {
        Assert.Equal("×: shapes differ, [2, 3] and [3, 2].", Assert.Throws<ArgumentException>(() => Sample * Sample.Reshape([3, 2])).Message);
        Assert.Throws<ArgumentException>(() => new Tensor([2, 2], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => Sample.Reshape([5]));
    }

    [Fact]
    public void Cutting_a_batch_and_joining_it_gives_it_back()
    {
        Assert.Equal([4, 5, -6], Sample.Sample(1));
        Assert.Equal<Shape>([1, 3], Sample.Slice(1, 1).Shape);
        var joined = Tensor.Concatenate(Sample.Slice(0, 1), Sample.Slice(1, 1));
        Assert.Equal(Sample.Shape, joined.Shape);
        Assert.Equal(Sample.Values, joined.Values);
        Assert.Throws<ArgumentException>(() => Tensor.Concatenate(Sample, Sample.Reshape([3, 2])));
        Assert.Throws<ArgumentException>(() => Tensor.Concatenate());
    }

    [Fact]
    public void Float_storage_rounds_to_nearest_and_widens_exactly()
    {
        var tenth = new Tensor([1], [0.1]);
        Assert.Equal(0.1f, tenth.ToFloat().Values[0]);
        Assert.Equal(0.1f, Tensor.From(tenth.ToFloat()).Values[0]);
    }

    [Fact]
    public void Values_that_are_not_finite_are_seen()
    {
        Assert.True(Sample.IsFinite());
        Assert.False(new Tensor([2], [1, double.NaN]).IsFinite());
        Assert.False(new Tensor([2], [1, double.NegativeInfinity]).IsFinite());
        Assert.True(double.IsNaN(new Tensor([2], [double.NaN, 7]).MaxAbs()));
        Assert.Equal(0, Tensor.Zeros([0, 3]).MaxAbs());
    }
}
