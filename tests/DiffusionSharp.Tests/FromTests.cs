using DiffusionSharp.Tensors;

namespace DiffusionSharp.Tests;

public sealed class FromTests
{
    [Fact]
    public void Rows_pictures_and_labelled_values_are_data()
    {
        var rows = DataSource.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([3], rows.SampleShape.Dimensions.ToArray());
        Assert.Equal([4f, 5, 6], Read(rows, 1));

        var pictures = DataSource.From([new Picture(1, 2, 1, [0, 255]), new Picture(1, 2, 1, [255, 0])], labels: [1, 0], classNames: ["cat", "dog"]);
        Assert.True(pictures.IsPictures);
        Assert.Equal([-1f, 1], Read(pictures, 0));
        Assert.Equal("dog", pictures.ClassNames[pictures.Label(0)]);

        var named = DataSource.From([(new float[] { 1 }, "b"), (new float[] { 2 }, "a")]);
        Assert.Equal(["a", "b"], named.ClassNames);
        Assert.Equal(1, named.Label(0));

        var tensor = DataSource.From(Tensor.From(new double[,] { { 0.5, 1 } }), labels: [0]);
        Assert.Equal([0.5f, 1], Read(tensor, 0));
    }

    [Fact]
    public void What_is_no_data_is_one_clear_line()
    {
        Assert.Equal("rows: value 1 of sample 0 is NaN; finite numbers were expected.", Message(() => DataSource.From(new float[,] { { 0, float.NaN } })));
        Assert.StartsWith("rows: at least one sample", Message(() => DataSource.From(new float[0, 2])), StringComparison.Ordinal);
        Assert.Equal("pictures: picture 0 is 1×2×1, picture 1 is 2×1×1; all must be alike.", Message(() => DataSource.From([new Picture(1, 2, 1, [0, 0]), new Picture(2, 1, 1, [0, 0])])));
        Assert.Equal("samples: 2 labels were given for 1 samples; the numbers must agree.", Message(() => DataSource.From(Tensor.From(new double[,] { { 1 } }), labels: [0, 1])));
        Assert.Equal("samples: label 3 was given; 0 to 1 were expected.", Message(() => DataSource.From(Tensor.From(new double[,] { { 1 } }), labels: [3], classNames: ["a", "b"])));
        Assert.StartsWith("samples: rows [N, D] or pictures [N, H, W, C]", Message(() => DataSource.From(Tensor.Zeros([2, 2, 2]))), StringComparison.Ordinal);
        Assert.StartsWith("samples: value 0 of picture 0 is 2", Message(() => DataSource.From(Tensor.Zeros([1, 1, 1, 1]) + 2)), StringComparison.Ordinal);
    }

    private static string Message(Func<object> work) => Assert.Throws<DataException>(work).Message;

    private static float[] Read(DataSource source, int index)
    {
        var values = new float[source.SampleShape.Count];
        source.Read(index, values);
        return values;
    }
}
