namespace DiffusionSharp.Tensors.Tests;

public sealed class TensorArraysTests
{
    [Fact]
    public void An_array_of_any_rank_becomes_a_tensor_of_its_shape_and_comes_back()
    {
        double[] line = [1, 2, 3];
        Assert.Equal(line, Tensor.From(line).ToArray());
        var plane = new double[2, 3] { { 1, 2, 3 }, { 4, 5, 6 } };
        Assert.Equal("[2, 3]", Tensor.From(plane).Shape.ToString());
        Assert.Equal([1, 2, 3, 4, 5, 6], Tensor.From(plane).Values);
        Assert.Equal(plane, Tensor.From(plane).ToArray2D());
        var series = new double[1, 2, 2] { { { 1, 2 }, { 3, 4 } } };
        Assert.Equal(series, Tensor.From(series).ToArray3D());
        var picture = new double[1, 2, 1, 2] { { { { 1, 2 } }, { { 3, 4 } } } };
        Assert.Equal(picture, Tensor.From(picture).ToArray4D());
        Assert.Equal("[0, 4]", Tensor.From(new double[0, 4]).Shape.ToString());
    }

    [Fact]
    public void Float32_is_widened_exactly()
    {
        Assert.Equal([0.1f, 0.2f], Tensor.From(new[] { 0.1f, 0.2f }).Values);
        Assert.Equal([(double)0.1f, 2], Tensor.From(new[,] { { 0.1f }, { 2f } }).Values);
        Assert.Equal("[1, 1, 2]", Tensor.From(new float[1, 1, 2]).Shape.ToString());
        Assert.Equal("[1, 1, 2, 3]", Tensor.From(new float[1, 1, 2, 3]).Shape.ToString());
    }

    [Fact]
    public void A_tensor_does_not_change_with_the_array_that_it_came_from_or_gave()
    {
        double[] values = [1, 2];
        var x = Tensor.From(values);
        values[0] = 9;
        x.ToArray()[1] = 9;
        Assert.Equal([1, 2], x.Values);
        Assert.StartsWith("ToArray2D: a tensor of 2 dimensions was expected, this one is [2]", Assert.Throws<InvalidOperationException>(x.ToArray2D).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_for_each_dimension_gives_a_value_and_a_range_gives_samples()
    {
        var x = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        Assert.Equal(4, x[1, 1]);
        Assert.Equal(2, Tensor.From([1.0, 2.0])[1]);
        Assert.Equal(3, x.Reshape([3, 1, 2])[1, 0, 0]);
        Assert.Equal(6, x.Reshape([1, 3, 1, 2])[0, 2, 0, 1]);
        Assert.Equal([3, 4, 5, 6], x[1..].Values);
        Assert.Equal("[1, 2]", x[^1..].Shape.ToString());
        Assert.Equal("[0, 2]", x[3..3].Shape.ToString());
    }

    [Fact]
    public void What_lies_outside_is_refused_in_one_clear_line()
    {
        var x = Tensor.Zeros([3, 2]);
        Assert.StartsWith("Tensor: an index from 0 to 1 was expected at axis 1 of [3, 2].", Assert.Throws<ArgumentOutOfRangeException>(() => x[0, 2]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x[-1, 0]);
        Assert.StartsWith("Tensor: one index for each dimension of [3, 2] was expected, 1 came; samples are a range, x[2..5], and the values of one are Sample(k).", Assert.Throws<ArgumentException>(() => x[1]).Message, StringComparison.Ordinal);
        Assert.StartsWith("Tensor: a range of the 3 samples of [3, 2] was expected.", Assert.Throws<ArgumentOutOfRangeException>(() => x[1..4]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x[^4..]);
        Assert.StartsWith("Tensor: a sample below 3 was expected of [3, 2].", Assert.Throws<ArgumentOutOfRangeException>(() => x.Sample(3)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Tensor: 2 samples from 2 on were asked of the 3 of [3, 2].", Assert.Throws<ArgumentOutOfRangeException>(() => x.Slice(2, 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Tensor: a tensor with a batch was expected, this one is a single value, [].", Assert.Throws<InvalidOperationException>(() => new Tensor(Shape.Scalar, [1])[..]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_is_added_and_subtracted_on_either_side()
    {
        var x = Tensor.From([1.0, 2.0]);
        Assert.Equal([3, 4], (2 + x).Values);
        Assert.Equal([-1, 0], (x - 2).Values);
        Assert.Equal([1, 0], (2 - x).Values);
    }
}
