namespace DiffusionSharp.Tensors;

/// <content>From arrays and back. Every conversion copies and is called by name: none happens unasked.</content>
public sealed partial class Tensor
{
    /// <summary>A copy of an array, [N].</summary>
    /// <param name="values">At most 2 GiB where it has two dimensions or more.</param>
    public static Tensor From(double[] values) => new([values.Length], [.. values]);

    /// <summary>A copy of an array, [N, D].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(double[,] values) => FromDoubles(values);

    /// <summary>A copy of an array, [N, L, C].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(double[,,] values) => FromDoubles(values);

    /// <summary>A copy of an array, [N, H, W, C].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(double[,,,] values) => FromDoubles(values);

    /// <summary>A copy of an array in double, [N].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(float[] values) => From(new FloatTensor([values.Length], values));

    /// <summary>A copy of an array in double, [N, D].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(float[,] values) => FromFloats(values);

    /// <summary>A copy of an array in double, [N, L, C].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(float[,,] values) => FromFloats(values);

    /// <summary>A copy of an array in double, [N, H, W, C].</summary>
    /// <inheritdoc cref="From(double[])"/>
    public static Tensor From(float[,,,] values) => FromFloats(values);

    /// <summary>A copy of the values, innermost dimension contiguous, whatever the shape.</summary>
    public double[] ToArray() => [.. values];

    /// <summary>A copy of a tensor of two dimensions.</summary>
    /// <exception cref="InvalidOperationException">It has another number of dimensions.</exception>
    public double[,] ToArray2D()
    {
        CheckRank(2, nameof(ToArray2D));
        var array = new double[Shape[0], Shape[1]];
        Buffer.BlockCopy(values, 0, array, 0, Buffer.ByteLength(array));
        return array;
    }

    /// <summary>A copy of a tensor of three dimensions.</summary>
    /// <exception cref="InvalidOperationException">It has another number of dimensions.</exception>
    public double[,,] ToArray3D()
    {
        CheckRank(3, nameof(ToArray3D));
        var array = new double[Shape[0], Shape[1], Shape[2]];
        Buffer.BlockCopy(values, 0, array, 0, Buffer.ByteLength(array));
        return array;
    }

    /// <summary>A copy of a tensor of four dimensions.</summary>
    /// <exception cref="InvalidOperationException">It has another number of dimensions.</exception>
    public double[,,,] ToArray4D()
    {
        CheckRank(4, nameof(ToArray4D));
        var array = new double[Shape[0], Shape[1], Shape[2], Shape[3]];
        Buffer.BlockCopy(values, 0, array, 0, Buffer.ByteLength(array));
        return array;
    }

    private static Tensor FromDoubles(Array source)
    {
        var values = new double[source.Length];
        Buffer.BlockCopy(source, 0, values, 0, Buffer.ByteLength(source));
        return new Tensor(ShapeOf(source), values);
    }

    private static Tensor FromFloats(Array source)
    {
        var values = new float[source.Length];
        Buffer.BlockCopy(source, 0, values, 0, Buffer.ByteLength(source));
        return From(new FloatTensor(ShapeOf(source), values));
    }

    private static Shape ShapeOf(Array array) => Shape.Create([.. Enumerable.Range(0, array.Rank).Select(array.GetLength)]);

    private void CheckRank(int rank, string method)
    {
        if (Shape.Rank != rank)
            throw new InvalidOperationException($"{method}: a tensor of {rank} dimensions was expected, this one is {Shape}; Reshape gives it others.");
    }
}
