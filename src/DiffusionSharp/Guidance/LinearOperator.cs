using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>A linear measurement y = A x₀, the same for every sample.</summary>
public abstract class LinearOperator
{
    /// <summary>A x of each sample, [N, M].</summary>
    /// <param name="x">[N, …].</param>
    public abstract Tensor Apply(Tensor x);

    /// <summary>Aᵀ y of each sample, in the shape of <paramref name="like"/>.</summary>
    /// <param name="y">[N, M].</param>
    /// <param name="like">Gives the shape of the samples.</param>
    public abstract Tensor ApplyTransposed(Tensor y, Shape like);
}

/// <summary>A measurement by a matrix of M rows.</summary>
public sealed class MatrixOperator : LinearOperator
{
    private readonly Tensor matrix;

    /// <summary>Takes the matrix.</summary>
    /// <param name="matrix">[M, D], D the values of a sample.</param>
    /// <exception cref="ArgumentException">It is no matrix.</exception>
    public MatrixOperator(Tensor matrix)
    {
        if (matrix.Shape.Rank != 2 || matrix.Shape.Count == 0) throw new ArgumentException($"MatrixOperator: a matrix [M, D] was expected, {matrix.Shape} was given.", nameof(matrix));
        this.matrix = matrix;
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x)
    {
        var (rows, columns) = (matrix.Shape[0], matrix.Shape[1]);
        if (x.Shape.Count != x.Samples * columns) throw new ArgumentException($"MatrixOperator: samples of {columns} values were expected, x has shape {x.Shape}.", nameof(x));
        return Tensor.Create([x.Samples, rows], values =>
        {
            for (var k = 0; k < x.Samples; k++)
                for (var i = 0; i < rows; i++) values[(k * rows) + i] = System.Numerics.Tensors.TensorPrimitives.Dot(matrix.Sample(i), x.Sample(k));
        });
    }

    /// <inheritdoc/>
    public override Tensor ApplyTransposed(Tensor y, Shape like) => Tensor.Create(like, values =>
    {
        var columns = matrix.Shape[1];
        for (var k = 0; k < y.Samples; k++)
            for (var i = 0; i < matrix.Shape[0]; i++)
                for (var j = 0; j < columns; j++) values[(k * columns) + j] += matrix.Sample(i)[j] * y.Sample(k)[i];
    });
}

/// <summary>The mean over squares of pixels: what a picture of fewer pixels shows.</summary>
public sealed class PoolingOperator : LinearOperator
{
    private readonly int factor;

    /// <summary>Takes the side of the squares.</summary>
    /// <param name="factor">At least 2; height and width must be multiples of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 2.</exception>
    public PoolingOperator(int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 2);
        this.factor = factor;
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x)
    {
        var (height, width, channels) = Check(x.Shape);
        var size = height / factor * (width / factor) * channels;
        return Tensor.Create([x.Samples, size], values =>
        {
            for (var k = 0; k < x.Samples; k++)
                for (var i = 0; i < height * width * channels; i++) values[(k * size) + Pooled(i, width, channels)] += x.Sample(k)[i] / (factor * factor);
        });
    }

    /// <inheritdoc/>
    public override Tensor ApplyTransposed(Tensor y, Shape like)
    {
        var (height, width, channels) = Check(like);
        var size = height * width * channels;
        return Tensor.Create(like, values =>
        {
            for (var k = 0; k < y.Samples; k++)
                for (var i = 0; i < size; i++) values[(k * size) + i] = y.Sample(k)[Pooled(i, width, channels)] / (factor * factor);
        });
    }

    // Where value i of [H, W, C] goes in [H/f, W/f, C].
    private int Pooled(int i, int width, int channels)
    {
        var (pixel, channel) = (i / channels, i % channels);
        return (((pixel / width / factor * (width / factor)) + (pixel % width / factor)) * channels) + channel;
    }

    private (int Height, int Width, int Channels) Check(Shape shape) =>
        shape.Rank == 4 && shape[1] % factor == 0 && shape[2] % factor == 0
            ? (shape[1], shape[2], shape[3])
            : throw new ArgumentException($"PoolingOperator: pictures [N, H, W, C] with sides that {factor} divides were expected, {shape} was given.", nameof(shape));
}
