using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Guidance;

/// <summary>A measurement by a matrix of M rows.</summary>
public sealed class MatrixOperator : LinearOperator
{
    private readonly Tensor matrix;

    /// <summary>Takes the matrix.</summary>
    /// <param name="matrix">[M, D], D the values of a sample.</param>
    /// <exception cref="ArgumentException">It is no matrix.</exception>
    public MatrixOperator(Tensor matrix)
    {
        if (matrix.Shape.Rank != 2 || matrix.Shape.Count == 0)
            throw new ArgumentException($"MatrixOperator: a matrix [M, D] was expected, {matrix.Shape} was given.", nameof(matrix));
        this.matrix = matrix;
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x)
    {
        var (rows, columns) = (matrix.Shape[0], matrix.Shape[1]);
        if (x.Shape.Count != x.Samples * columns)
            throw new ArgumentException($"MatrixOperator: samples of {columns} values were expected, x has shape {x.Shape}.", nameof(x));
        return Tensor.Create([x.Samples, rows], values =>
        {
            for (var k = 0; k < x.Samples; k++)
                for (var i = 0; i < rows; i++) values[(k * rows) + i] = TensorPrimitives.Dot(matrix.Sample(i), x.Sample(k));
        });
    }

    /// <inheritdoc/>
    public override Tensor ApplyTransposed(Tensor y, Shape like)
    {
        var (rows, columns) = (matrix.Shape[0], matrix.Shape[1]);
        if (y.Shape != [like[0], rows] || like.Count != like[0] * columns)
        {
            throw new ArgumentException(
                $"MatrixOperator: measurements [N, {rows}] for samples of {columns} values were expected, {y.Shape} and {like} were given.", nameof(y));
        }

        return Tensor.Create(like, values =>
        {
            for (var k = 0; k < y.Samples; k++)
                for (var i = 0; i < rows; i++)
                    for (var j = 0; j < columns; j++) values[(k * columns) + j] += matrix.Sample(i)[j] * y.Sample(k)[i];
        });
    }
}
