using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>A shape seen from some neighbouring axes: how many values lie outside, in and inside of them.</summary>
internal readonly record struct Axes(int Outer, int Middle, int Inner)
{
    /// <summary>Splits a shape.</summary>
    /// <param name="shape">Any shape.</param>
    /// <param name="axis">The first axis in the middle.</param>
    /// <param name="count">How many axes are in the middle.</param>
    public static Axes Of(Shape shape, int axis, int count = 1) => new(
        Shape.Create(shape.Dimensions[..axis]).Count,
        Shape.Create(shape.Dimensions.Slice(axis, count)).Count,
        Shape.Create(shape.Dimensions[(axis + count)..]).Count);
}
