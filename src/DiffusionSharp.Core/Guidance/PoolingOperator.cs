using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

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
            : throw new ArgumentException(
                $"PoolingOperator: pictures [N, H, W, C] with sides that {factor} divides were expected, {shape} was given.", nameof(shape));
}
