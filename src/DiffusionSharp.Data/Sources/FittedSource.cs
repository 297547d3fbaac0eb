using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>Pictures of another source, resized: the middle square, with the triangle filter of <see cref="PictureTransforms"/>.</summary>
public sealed class FittedSource : DataSource
{
    private readonly DataSource inner;

    /// <summary>Wraps a source of pictures.</summary>
    /// <param name="inner">The pictures as they are.</param>
    /// <param name="size">Width and height of the result, 1 to 16384.</param>
    /// <exception cref="DataException">The source holds no pictures or the size is out of range.</exception>
    public FittedSource(DataSource inner, int size)
        : base(inner.Name, Checked(inner, size), inner.Count, inner.ClassNames) => this.inner = inner;

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination)
    {
        var (height, width, channels) = (inner.SampleShape[0], inner.SampleShape[1], inner.SampleShape[2]);
        var values = new float[inner.SampleShape.Count];
        inner.Read(index, values);
        var side = Math.Min(height, width);
        if (height != width)
        {
            var square = new float[side * side * channels];
            int top = (height - side) / 2, left = (width - side) / 2;
            for (var y = 0; y < side; y++)
                values.AsSpan((((top + y) * width) + left) * channels, side * channels).CopyTo(square.AsSpan(y * side * channels));
            values = square;
        }

        PictureTransforms.Resize(values, side, side, channels, SampleShape[0], SampleShape[1]).CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override int ClassOf(int index) => inner.Label(index);

    private static Shape Checked(DataSource inner, int size)
    {
        if (!inner.IsPictures) throw new DataException($"{inner.Name}: samples are {inner.SampleShape}; a size applies to pictures.");
        if (size is < 1 or > 16384) throw new DataException($"{inner.Name}: size {size} was asked for, 1 to 16384 are possible.");
        return [size, size, inner.SampleShape[2]];
    }
}
