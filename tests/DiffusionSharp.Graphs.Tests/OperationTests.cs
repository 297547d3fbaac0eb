using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

public sealed class OperationTests
{
    [Fact]
    public void An_operation_reads_as_its_name_and_its_settings()
    {
        Assert.Equal("Slice { Name = Slice, Axis = 1, Start = 2 }", new Slice(1, 2).ToString());
        Assert.Equal("Elementwise { Name = Silu, Code = Silu }", new Elementwise(ElementwiseCode.Silu).ToString());
    }

    [Fact]
    public void Moving_values_costs_no_arithmetic_and_a_part_reads_only_the_part()
    {
        Shape whole = [4, 6], part = [4, 2];
        Assert.Equal(OperationCost.None, new Slice(1, 0).Cost([whole], part));
        Assert.Equal(part.Count, new Slice(1, 0).Reads(0, whole, part));
        Assert.Equal(whole.Count, new Pad(1, 0).Reads(0, whole, [4, 9]));

        // Of a table, the rows that are looked up.
        Assert.Equal(3 * 6, new Embedding().Reads(0, [100, 6], [3, 6]));
        Assert.Equal(3, new Embedding().Reads(1, [3], [3, 6]));
    }

    [Fact]
    public void A_product_takes_a_bias_only_where_it_is_no_batch_of_products()
    {
        var product = new MatMul(false, false);
        Assert.Equal(Addends.Bias | Addends.Residual, product.AddendsFor([3, 4]));
        Assert.Equal(Addends.None, product.AddendsFor([2, 3, 4]));
        Assert.Equal(Addends.All, new Conv2D(1, default).AddendsFor([1, 2, 2, 3]));
    }

    [Fact]
    public void An_update_says_what_it_keeps_and_moves_for_each_weight()
    {
        var update = new AdamUpdate(0.9, 0.999, 1e-8, 0, true, 1);

        // Weight, moments and average both ways; the gradient once for its norm and once for the step.
        Assert.Equal((3, 1, 6, 4), Numbers(update));
        Assert.Equal((4, 2, 10, 6), Numbers(update with { Parts = 4, MoreAverages = 1 }));

        static (int Kept, int Gradients, int Read, int Written) Numbers(AdamUpdate update) =>
            update.Update is { } u ? (u.KeptPerWeight, u.GradientsPerWeight, u.ReadsPerWeight, u.WritesPerWeight) : default;
    }
}
