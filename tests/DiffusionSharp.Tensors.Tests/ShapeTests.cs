namespace DiffusionSharp.Tensors.Tests;

public sealed class ShapeTests
{
    [Fact]
    public void Broadcasting_stretches_ones_and_names_both_shapes_when_it_cannot()
    {
        Assert.Equal<Shape>([2, 3, 4], Shape.Broadcast([2, 1, 4], [3, 1], "Add"));
        var error = Assert.Throws<ArgumentException>(() => Shape.Broadcast([2, 3], [4], "Add"));
        Assert.Equal("Add: shapes do not broadcast, [2, 3] and [4].", error.Message);
    }

    [Fact]
    public void A_shape_whose_count_overflows_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Shape.Create([70000, 70000]));
        Assert.Throws<ArgumentException>(() => Shape.Create([-1, 2]));
    }

    [Fact]
    public void Spreads_and_patterns_see_dimensions_not_values()
    {
        Shape s = [2, 3];
        Shape longer = [.. s, 4];
        Assert.Equal("[2, 3, 4]", longer.ToString());
        Assert.True(s is [2, 3]);
    }
}
