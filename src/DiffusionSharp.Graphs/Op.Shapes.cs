using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

public static partial class Op
{
    /// <summary>The same values in another shape.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="shape">Of as many values.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static Node Reshape(Node x, Shape shape)
    {
        if (x.Shape == shape) return x;
        if (x.Shape.Count != shape.Count)
            throw new ArgumentException($"Reshape: {x.Shape} has {x.Shape.Count} values, {shape} has {shape.Count}.", nameof(shape));
        var source = x.Operation is Reshape { Detached: false } ? x.Inputs[0] : x;
        return source.Shape == shape ? source : x.Graph.Build(new Reshape(), shape, source);
    }

    /// <summary>The same values, fixed for differentiation: no gradient passes.</summary>
    /// <param name="x">Any shape.</param>
    public static Node StopGradient(Node x) => x.Graph.Build(new Reshape(Detached: true), x.Shape, x);

    /// <summary>Reorders axes: axis i of the result is axis <paramref name="permutation"/>[i] of x.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="permutation">Each axis of x once.</param>
    /// <exception cref="ArgumentException">It is not a permutation of the axes.</exception>
    public static Node Transpose(Node x, params ReadOnlySpan<int> permutation)
    {
        var rank = x.Shape.Rank;
        var seen = new bool[rank];
        var dimensions = new int[rank];
        if (permutation.Length != rank) throw new ArgumentException($"Transpose: {permutation.Length} axes given for {x.Shape}.", nameof(permutation));
        for (var i = 0; i < rank; i++)
        {
            var axis = permutation[i];
            if (axis < 0 || axis >= rank || seen[axis])
                throw new ArgumentException($"Transpose: not a permutation of the {rank} axes of {x.Shape}.", nameof(permutation));
            (seen[axis], dimensions[i]) = (true, x.Shape[axis]);
        }

        return x.Graph.Build(new Transpose(Shape.Create(permutation)), Shape.Create(dimensions), x);
    }

    /// <summary>Positions <paramref name="start"/> to <paramref name="start"/> + <paramref name="length"/> of an axis.</summary>
    /// <param name="x">Any shape but []: there is an axis.</param>
    /// <param name="axis">From the outermost, or below 0 from the innermost.</param>
    /// <param name="start">The first position, at least 0.</param>
    /// <param name="length">How many positions, at least 0.</param>
    public static Node Slice(Node x, int axis, int start, int length)
    {
        axis = Axis(nameof(Slice), x, axis);
        if (start < 0 || length < 0 || start > x.Shape[axis] - length)
            throw new ArgumentException($"Slice: positions {start} to {start + length} of axis {axis} lie outside {x.Shape}.", nameof(start));
        return length == x.Shape[axis] ? x : x.Graph.Build(new Slice(axis, start), x.Shape.With(axis, length), x);
    }

    /// <summary>Zeros before and after an axis.</summary>
    /// <param name="x">Any shape but []: there is an axis.</param>
    /// <param name="axis">From the outermost, or below 0 from the innermost.</param>
    /// <param name="before">Zeros before the first position, at least 0.</param>
    /// <param name="after">Zeros after the last, at least 0.</param>
    public static Node Pad(Node x, int axis, int before, int after)
    {
        axis = Axis(nameof(Pad), x, axis);
        if (before < 0 || after < 0) throw new ArgumentException($"Pad: {before} before and {after} after are not both at least 0.", nameof(before));
        return before + after == 0 ? x : x.Graph.Build(new Pad(axis, before), x.Shape.With(axis, checked(x.Shape[axis] + before + after)), x);
    }

    /// <summary>Joins along an axis; all other dimensions agree.</summary>
    /// <param name="axis">From the outermost, or below 0 from the innermost.</param>
    /// <param name="parts">At least one.</param>
    public static Node Concatenate(int axis, params IReadOnlyList<Node> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("Concatenate: at least one operand is needed.", nameof(parts));
        axis = Axis(nameof(Concatenate), parts[0], axis);
        var total = 0;
        foreach (var part in parts)
        {
            if (part.Shape.Rank != parts[0].Shape.Rank || part.Shape.With(axis, 1) != parts[0].Shape.With(axis, 1))
                throw new ArgumentException($"Concatenate: shapes differ outside axis {axis}, {parts[0].Shape} and {part.Shape}.", nameof(parts));
            total = checked(total + part.Shape[axis]);
        }

        return parts.Count == 1 ? parts[0] : parts[0].Graph.Build(new Concatenate(axis), parts[0].Shape.With(axis, total), [.. parts]);
    }

    /// <summary>Sum over axes; a summed axis stays as 1 if asked. No axes given: all.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="keepDimensions">Whether a reduced axis stays, of length 1.</param>
    /// <param name="axes">Which, from the outermost, or below 0 from the innermost; none: all.</param>
    public static Node Sum(Node x, bool keepDimensions = false, params ReadOnlySpan<int> axes) =>
        Reduce(x, axes, keepDimensions, (_, axis, count) => new Sum(axis, count, 1));

    /// <summary>Mean over axes; a reduced axis stays as 1 if asked. No axes given: all.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="keepDimensions">Whether a reduced axis stays, of length 1.</param>
    /// <param name="axes">Which, from the outermost, or below 0 from the innermost; none: all.</param>
    public static Node Mean(Node x, bool keepDimensions = false, params ReadOnlySpan<int> axes) =>
        Reduce(x, axes, keepDimensions, (shape, axis, count) => new Sum(axis, count, 1f / Extent(shape, axis, count)));

    /// <summary>Largest value over axes; ties share the gradient evenly. No axes given: all.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="keepDimensions">Whether a reduced axis stays, of length 1.</param>
    /// <param name="axes">Which, from the outermost, or below 0 from the innermost; none: all.</param>
    public static Node Max(Node x, bool keepDimensions = false, params ReadOnlySpan<int> axes) =>
        Reduce(x, axes, keepDimensions, (_, axis, count) => new Max(axis, count));

    /// <summary>Sums what broadcasting stretched: the adjoint of <see cref="BroadcastTo"/>.</summary>
    internal static Node SumTo(Node x, Shape shape)
    {
        if (x.Shape == shape) return x;
        var axes = new List<int>();
        var lead = x.Shape.Rank - shape.Rank;
        for (var i = 0; i < x.Shape.Rank; i++)
            if (i < lead || (shape[i - lead] == 1 && x.Shape[i] != 1)) axes.Add(i);
        if (axes.Count == 0) return Reshape(x, shape);

        // A bias and what is added to each sample of the same picture: both begin with the sum over a sample's positions.
        var leading = axes.Count > 1 && axes.Count < x.Shape.Rank && axes[^1] == axes.Count - 1;
        return Reshape(Sum(leading ? Sum(x, true, [.. axes[1..]]) : x, true, leading ? [0] : [.. axes]), shape);
    }

    private static Node Reduce(Node x, ReadOnlySpan<int> axes, bool keep, Func<Shape, int, int, Operation> reduce)
    {
        var rank = x.Shape.Rank;
        var reduced = new bool[rank];
        if (axes.Length == 0) Array.Fill(reduced, true);
        foreach (var axis in axes) reduced[Axis("Reduce", x, axis)] = true;

        // Neighbouring axes go together; from the innermost outwards, so that the numbers of those to come stay true.
        var result = x;
        for (var end = rank; end > 0;)
        {
            if (!reduced[end - 1])
            {
                end--;
                continue;
            }

            var start = end - 1;
            while (start > 0 && reduced[start - 1]) start--;
            result = result.Graph.Build(reduce(result.Shape, start, end - start), Without(result.Shape, start, end - start), result);
            end = start;
        }

        if (!keep) return result;
        var kept = x.Shape.Dimensions.ToArray();
        for (var i = 0; i < rank; i++)
            if (reduced[i]) kept[i] = 1;
        return Reshape(result, Shape.Create(kept));
    }

    private static Shape Without(Shape shape, int axis, int count) => [.. shape.Dimensions[..axis], .. shape.Dimensions[(axis + count)..]];

    private static int Extent(Shape shape, int axis, int count) => Shape.Create(shape.Dimensions.Slice(axis, count)).Count;

    private static int Axis(string operation, Node x, int axis)
    {
        var rank = x.Shape.Rank;
        if (axis < -rank || axis >= rank) throw new ArgumentException($"{operation}: axis {axis} does not exist in {x.Shape}.", nameof(axis));
        return axis < 0 ? axis + rank : axis;
    }
}
