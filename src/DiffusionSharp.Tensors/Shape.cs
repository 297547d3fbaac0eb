using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace DiffusionSharp.Tensors;

/// <summary>The dimensions of a tensor, outermost first: <c>[N, H, W, C]</c> for pictures, <c>[N, D]</c> for vectors.</summary>
/// <remarks>Dimensions are at least zero and their product fits an <see cref="int"/>. Written as in messages: <c>Shape s = [64, 10];</c></remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[]? dimensions;

    private Shape(int[] owned) => dimensions = owned;

    /// <summary>The empty shape, of one value.</summary>
    public static Shape Scalar => default;

    /// <summary>How many dimensions there are.</summary>
    public int Rank => dimensions?.Length ?? 0;

    /// <summary>The same as <see cref="Rank"/>: what a spread and a list pattern take as the length, before <see cref="Count"/>.</summary>
    public int Length => Rank;

    /// <summary>How many values a tensor of this shape holds.</summary>
    public int Count
    {
        get
        {
            var count = 1;
            foreach (var d in Dimensions) count *= d;
            return count;
        }
    }

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Dimensions => dimensions;

    /// <summary>One dimension; <c>^1</c> is the innermost.</summary>
    /// <param name="axis">Which dimension, 0 the outermost; from the end with ^.</param>
    public int this[Index axis] => Dimensions[axis];

    /// <summary>Makes a shape.</summary>
    /// <param name="dimensions">Outermost first, each at least 0.</param>
    /// <exception cref="ArgumentException">A dimension is negative or the number of values overflows an <see cref="int"/>.</exception>
    public static Shape Create(ReadOnlySpan<int> dimensions)
    {
        long count = 1;
        foreach (var d in dimensions)
        {
            if (d < 0) throw new ArgumentException($"Shape: dimension {d} is negative in {Text(dimensions)}.", nameof(dimensions));
            count *= d;
            if (count > Array.MaxLength) throw new ArgumentException($"Shape: {Text(dimensions)} holds more values than an array can.", nameof(dimensions));
        }

        return new Shape(dimensions.ToArray());
    }

    /// <summary>The enumerator that collection expressions ask for.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Dimensions.GetEnumerator();

    /// <summary>The shape with one more dimension in front.</summary>
    /// <param name="dimension">The new outermost dimension, at least 0.</param>
    public Shape Prepend(int dimension) => Create([dimension, .. Dimensions]);

    /// <summary>The shape without its first dimension: that of one sample of a batch.</summary>
    public Shape Tail() => Create(Dimensions[1..]);

    /// <summary>The shape with one dimension replaced.</summary>
    /// <param name="axis">Which dimension; from the end with ^.</param>
    /// <param name="dimension">Its new length, at least 0.</param>
    public Shape With(Index axis, int dimension)
    {
        var changed = Dimensions.ToArray();
        changed[axis] = dimension;
        return Create(changed);
    }

    /// <summary>The common shape of two operands: aligned at the innermost dimension, a dimension of 1 stretches.</summary>
    /// <param name="a">One shape.</param>
    /// <param name="b">The other; aligned with the first at the innermost dimension.</param>
    /// <param name="operation">What the message names if they do not fit.</param>
    /// <exception cref="ArgumentException">They do not broadcast; the message names the operation and both shapes.</exception>
    public static Shape Broadcast(Shape a, Shape b, string operation)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        var result = new int[rank];
        for (var i = 1; i <= rank; i++)
        {
            var da = i <= a.Rank ? a[^i] : 1;
            var db = i <= b.Rank ? b[^i] : 1;
            if (da != db && da != 1 && db != 1) throw new ArgumentException($"{operation}: shapes do not broadcast, {a} and {b}.");
            result[^i] = da == 1 ? db : da;
        }

        return Create(result);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var d in Dimensions) hash.Add(d);
        return hash.ToHashCode();
    }

    /// <summary>Equality of all dimensions.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Inequality of any dimension.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The dimensions in brackets: <c>[64, 10]</c>.</summary>
    public override string ToString() => Text(Dimensions);

    private static string Text(ReadOnlySpan<int> dimensions)
    {
        var parts = new string[dimensions.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = dimensions[i].ToString(CultureInfo.InvariantCulture);
        return $"[{string.Join(", ", parts)}]";
    }
}
