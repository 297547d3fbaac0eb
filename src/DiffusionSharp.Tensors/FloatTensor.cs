using System.Diagnostics;

namespace DiffusionSharp.Tensors;

/// <summary>A float32 array with a shape: pictures in [−1, 1], network weights, and what stands in files.</summary>
/// <remarks>A container, not a calculator: arithmetic in float32 belongs to programs, in double to <see cref="Tensor"/>.</remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class FloatTensor
{
    private readonly float[] values;

    /// <summary>Wraps values in a shape; the array becomes the tensor's own.</summary>
    /// <param name="shape">Any shape.</param>
    /// <param name="values">As many as the shape holds, innermost dimension contiguous.</param>
    /// <exception cref="ArgumentException">The shape asks for another number of values.</exception>
    public FloatTensor(Shape shape, float[] values)
    {
        if (shape.Count != values.Length)
            throw new ArgumentException($"FloatTensor: {shape} holds {shape.Count} values, {values.Length} were given.", nameof(values));
        Shape = shape;
        this.values = values;
    }

    /// <summary>A tensor of zeros.</summary>
    /// <param name="shape">Any shape.</param>
    public FloatTensor(Shape shape)
        : this(shape, new float[shape.Count])
    {
    }

    /// <summary>The dimensions, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>The values, innermost dimension contiguous; writable, since this is storage.</summary>
    public Span<float> Values => values;

    private string DebuggerText => TensorText.Line(nameof(FloatTensor), Shape, i => values[i]);

    /// <summary>The shape and the values, the middle of long axes left out.</summary>
    public override string ToString() => TensorText.Block(nameof(FloatTensor), Shape, i => values[i]);
}
