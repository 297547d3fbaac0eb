using System.Globalization;

namespace DiffusionSharp.Tensors.Tests;

public sealed class TensorTextTests
{
    [Fact]
    public void A_matrix_prints_its_shape_and_its_rows_below_each_other_aligned()
    {
        Assert.Equal("Tensor [2, 3]\n[[ 1.00, -0.50, 20.00],\n [ 0.25,  3.00,  0.00]]", Tensor.From(new double[,] { { 1, -0.5, 20 }, { 0.25, 3, 0 } }).ToString());
        Assert.Equal("Tensor [3] [1, 2, 3]", Tensor.From(new double[] { 1, 2, 3 }).ToString());
        Assert.Equal("FloatTensor [2] [0.1, 2.5]", new FloatTensor([2], [0.1f, 2.5f]).ToString());
    }

    [Fact]
    public void The_middle_of_a_long_axis_is_left_out_and_the_largest_tensor_prints_short()
    {
        Assert.Equal("Tensor [9] [0, 1, 2, …, 6, 7, 8]", Tensor.Create([9], Count).ToString());
        Assert.Equal("Tensor [6] [0, 1, 2, 3, 4, 5]", Tensor.Create([6], Count).ToString());
        Assert.Equal("Tensor [8, 2]\n[[ 0,  1],\n [ 2,  3],\n [ 4,  5],\n …,\n [10, 11],\n [12, 13],\n [14, 15]]", Tensor.Create([8, 2], Count).ToString());
        var pictures = Tensor.Create([64, 32, 32, 3], Count).ToString();
        Assert.Equal(32, pictures.Split('\n').Count(line => line.Length > 0));
        Assert.EndsWith("[196605, 196606, 196607]]]]", pictures, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_of_rows_stand_apart()
    {
        Assert.Equal("Tensor [2, 1, 2]\n[[[0, 1]],\n\n [[2, 3]]]", Tensor.Create([2, 1, 2], Count).ToString());
    }

    [Fact]
    public void A_single_value_no_value_and_what_is_no_number_print_too()
    {
        Assert.Equal("Tensor [] 2.5", new Tensor(Shape.Scalar, [2.5]).ToString());
        Assert.Equal("Tensor [0, 2], no values", Tensor.Zeros([0, 2]).ToString());
        Assert.Equal("Tensor [4] [1.5,   ∞,  -∞, NaN]", Tensor.From([1.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN]).ToString());
        Assert.Equal("Tensor [2] [NaN, NaN]", Tensor.From([double.NaN, double.NaN]).ToString());
    }

    [Fact]
    public void Values_too_small_or_too_large_for_decimals_print_by_their_exponent_and_no_culture_changes_it()
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("Tensor [2] [1.0000e-09, 1.5000e+00]", Tensor.From([1e-9, 1.5]).ToString());
            Assert.Equal("Tensor [3] [-2.5000e+07,           0,  1.0000e+00]", Tensor.From([-2.5e7, 0.0, 1.0]).ToString());
            Assert.Equal("Tensor [2] [0.3333, 0.5000]", Tensor.From([1 / 3.0, 0.5]).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void Count(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = i;
    }
}
