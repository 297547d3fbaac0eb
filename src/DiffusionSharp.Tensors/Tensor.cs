using System.Diagnostics;
using System.Numerics.Tensors;

namespace DiffusionSharp.Tensors;

/// <summary>An immutable array of doubles with a shape: what samplers, schedules and likelihoods compute with.</summary>
/// <remarks>The first dimension is the batch. Operators act value by value on equal shapes, or with a number.</remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class Tensor
{
    private readonly double[] values;

    /// <summary>Wraps values in a shape; the array becomes the tensor's own and must not be changed afterwards.</summary>
    /// <param name="shape">Any shape.</param>
    /// <param name="values">As many as the shape holds, innermost dimension contiguous.</param>
    /// <exception cref="ArgumentException">The shape asks for another number of values.</exception>
    public Tensor(Shape shape, double[] values)
    {
        if (shape.Count != values.Length)
            throw new ArgumentException($"Tensor: {shape} holds {shape.Count} values, {values.Length} were given.", nameof(values));
        Shape = shape;
        this.values = values;
    }

    private delegate void Binary(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    /// <summary>Fills the values of a new tensor in place.</summary>
    /// <param name="values">All values of the tensor, to be written.</param>
    public delegate void Filler(Span<double> values);

    /// <summary>The dimensions, batch first.</summary>
    public Shape Shape { get; }

    /// <summary>The values, innermost dimension contiguous.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <summary>The number of samples: the first dimension.</summary>
    /// <exception cref="InvalidOperationException">It has no dimension: it is a single value.</exception>
    public int Samples => Shape.Rank > 0
        ? Shape[0]
        : throw new InvalidOperationException("Tensor: a tensor with a batch was expected, this one is a single value, [].");

    private string DebuggerText => TensorText.Line(nameof(Tensor), Shape, i => values[i]);

    /// <summary>The value of a sample of one number: of [N].</summary>
    /// <param name="sample">From 0 to N − 1.</param>
    /// <exception cref="ArgumentException">There are more or fewer dimensions than indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its dimension.</exception>
    public double this[int sample] => At([sample]);

    /// <summary>One value of vectors, [N, D].</summary>
    /// <param name="sample">From 0 to N − 1.</param>
    /// <param name="place">From 0 to D − 1.</param>
    /// <exception cref="ArgumentException">There are more or fewer dimensions than indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its dimension.</exception>
    public double this[int sample, int place] => At([sample, place]);

    /// <summary>One value of series, [N, L, C].</summary>
    /// <param name="sample">From 0 to N − 1.</param>
    /// <param name="place">From 0 to L − 1.</param>
    /// <param name="channel">From 0 to C − 1.</param>
    /// <exception cref="ArgumentException">There are more or fewer dimensions than indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its dimension.</exception>
    public double this[int sample, int place, int channel] => At([sample, place, channel]);

    /// <summary>One value of pictures, [N, H, W, C].</summary>
    /// <param name="sample">From 0 to N − 1.</param>
    /// <param name="row">From the top, 0 to H − 1.</param>
    /// <param name="column">From the left, 0 to W − 1.</param>
    /// <param name="channel">From 0 to C − 1.</param>
    /// <exception cref="ArgumentException">There are more or fewer dimensions than indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its dimension.</exception>
    public double this[int sample, int row, int column, int channel] => At([sample, row, column, channel]);

    /// <summary>Some samples of the batch: <c>x[2..5]</c>, <c>x[..^1]</c>.</summary>
    /// <param name="samples">Of the first dimension.</param>
    /// <exception cref="ArgumentOutOfRangeException">It leaves the batch.</exception>
    public Tensor this[Range samples]
    {
        get
        {
            int start = samples.Start.GetOffset(Samples), end = samples.End.GetOffset(Samples);
            if (start < 0 || end > Samples || start > end)
                throw new ArgumentOutOfRangeException(nameof(samples), samples, $"Tensor: a range of the {Samples} samples of {Shape} was expected.");
            return Slice(start, end - start);
        }
    }

    /// <summary>A tensor of zeros.</summary>
    /// <param name="shape">Any shape.</param>
    public static Tensor Zeros(Shape shape) => new(shape, new double[shape.Count]);

    /// <summary>A tensor whose values the caller writes once.</summary>
    /// <param name="shape">Any shape.</param>
    /// <param name="fill">Writes every value, once.</param>
    public static Tensor Create(Shape shape, Filler fill)
    {
        var values = new double[shape.Count];
        fill(values);
        return new Tensor(shape, values);
    }

    /// <summary>Widens float32 values.</summary>
    /// <param name="source">Values in float32; each is exact in double.</param>
    public static Tensor From(FloatTensor source)
    {
        var values = new double[source.Shape.Count];
        TensorPrimitives.ConvertTruncating(source.Values, values);
        return new Tensor(source.Shape, values);
    }

    /// <summary>The values in float32, for networks and files.</summary>
    public FloatTensor ToFloat()
    {
        var narrow = new float[values.Length];
        TensorPrimitives.ConvertTruncating<double, float>(values, narrow);
        return new FloatTensor(Shape, narrow);
    }

    /// <summary>The values of one sample of the batch.</summary>
    /// <param name="index">From 0 to <see cref="Samples"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    public ReadOnlySpan<double> Sample(int index)
    {
        if ((uint)index >= (uint)Samples)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Tensor: a sample below {Samples} was expected of {Shape}.");
        var size = Samples == 0 ? 0 : values.Length / Samples;
        return values.AsSpan(index * size, size);
    }

    /// <summary>Samples <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> of the batch.</summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">They leave the batch.</exception>
    public Tensor Slice(int start, int count)
    {
        if (start < 0 || count < 0 || count > Samples - start)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"Tensor: {count} samples from {start} on were asked of the {Samples} of {Shape}.");
        var size = Samples == 0 ? 0 : values.Length / Samples;
        return new Tensor(Shape.With(0, count), values.AsSpan(start * size, count * size).ToArray());
    }

    /// <summary>Joins batches along the first dimension.</summary>
    /// <param name="parts">At least one; their samples have one shape.</param>
    /// <exception cref="ArgumentException">There is none, or samples differ in shape.</exception>
    public static Tensor Concatenate(params IReadOnlyList<Tensor> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("Concatenate: at least one tensor is needed.", nameof(parts));
        var sample = parts[0].Shape.Tail();
        foreach (var part in parts)
            if (part.Shape.Tail() != sample)
                throw new ArgumentException($"Concatenate: samples differ in shape, {parts[0].Shape} and {part.Shape}.", nameof(parts));
        var joined = new double[parts.Sum(p => p.values.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.values.CopyTo(joined, at);
            at += part.values.Length;
        }

        return new Tensor(sample.Prepend(parts.Sum(p => p.Samples)), joined);
    }

    /// <summary>The same values in another shape of equal count.</summary>
    /// <param name="shape">Of as many values.</param>
    public Tensor Reshape(Shape shape) => new(shape, values);

    /// <summary>A function of each value.</summary>
    /// <param name="function">Of one value.</param>
    public Tensor Map(Func<double, double> function)
    {
        var result = new double[values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = function(values[i]);
        return new Tensor(Shape, result);
    }

    /// <summary>Each sample times a factor of its own.</summary>
    /// <param name="factors">One per sample of [N, …].</param>
    /// <exception cref="ArgumentException">Their number is not that of the samples.</exception>
    public Tensor ScaleSamples(ReadOnlySpan<double> factors)
    {
        if (factors.Length != Samples)
            throw new ArgumentException($"ScaleSamples: {Samples} factors were expected for {Shape}, {factors.Length} were given.", nameof(factors));
        var result = new double[values.Length];
        var size = Samples == 0 ? 0 : values.Length / Samples;
        for (var k = 0; k < factors.Length; k++) TensorPrimitives.Multiply(values.AsSpan(k * size, size), factors[k], result.AsSpan(k * size, size));
        return new Tensor(Shape, result);
    }

    /// <summary>Each value held inside [<paramref name="low"/>, <paramref name="high"/>].</summary>
    /// <param name="low">The least value of the result.</param>
    /// <param name="high">The largest; at least <paramref name="low"/>.</param>
    public Tensor Clamp(double low, double high)
    {
        var result = new double[values.Length];
        TensorPrimitives.Clamp(values, low, high, result);
        return new Tensor(Shape, result);
    }

    /// <summary>The largest absolute value; 0 when empty, NaN if any value is.</summary>
    public double MaxAbs() => values.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(values));

    /// <summary>The mean of all values.</summary>
    public double Mean() => TensorPrimitives.Sum<double>(values) / values.Length;

    /// <summary>Whether every value is finite.</summary>
    public bool IsFinite() => TensorPrimitives.IsFiniteAll<double>(values);

    /// <summary>The shape and the values, the middle of long axes left out.</summary>
    public override string ToString() => TensorText.Block(nameof(Tensor), Shape, i => values[i]);

    /// <summary>Value by value sum.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Of the same shape.</param>
    public static Tensor operator +(Tensor a, Tensor b) => Apply("+", a, b, TensorPrimitives.Add);

    /// <summary>Value by value difference.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Of the same shape.</param>
    public static Tensor operator -(Tensor a, Tensor b) => Apply("−", a, b, TensorPrimitives.Subtract);

    /// <summary>Value by value product.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Of the same shape.</param>
    public static Tensor operator *(Tensor a, Tensor b) => Apply("×", a, b, TensorPrimitives.Multiply);

    /// <summary>Value by value quotient.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Of the same shape.</param>
    public static Tensor operator /(Tensor a, Tensor b) => Apply("÷", a, b, TensorPrimitives.Divide);

    /// <summary>Each value times a number.</summary>
    /// <param name="factor">Any number.</param>
    /// <param name="x">Any shape.</param>
    public static Tensor operator *(double factor, Tensor x)
    {
        var result = new double[x.values.Length];
        TensorPrimitives.Multiply(x.values, factor, result);
        return new Tensor(x.Shape, result);
    }

    /// <summary>Each value times a number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="factor">Any number.</param>
    public static Tensor operator *(Tensor x, double factor) => factor * x;

    /// <summary>Each value divided by a number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="divisor">Any number; dividing by 0 gives what double arithmetic gives.</param>
    public static Tensor operator /(Tensor x, double divisor)
    {
        var result = new double[x.values.Length];
        TensorPrimitives.Divide(x.values, divisor, result);
        return new Tensor(x.Shape, result);
    }

    /// <summary>Each value plus a number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="summand">Added to every value.</param>
    public static Tensor operator +(Tensor x, double summand)
    {
        var result = new double[x.values.Length];
        TensorPrimitives.Add(x.values, summand, result);
        return new Tensor(x.Shape, result);
    }

    /// <summary>Each value plus a number.</summary>
    /// <param name="summand">Added to every value.</param>
    /// <param name="x">Any shape.</param>
    public static Tensor operator +(double summand, Tensor x) => x + summand;

    /// <summary>Each value less a number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="subtrahend">Taken from every value.</param>
    public static Tensor operator -(Tensor x, double subtrahend) => x + -subtrahend;

    /// <summary>A number less each value.</summary>
    /// <param name="minuend">What every value is taken from.</param>
    /// <param name="x">Any shape.</param>
    public static Tensor operator -(double minuend, Tensor x) => -x + minuend;

    /// <summary>Each value with its sign changed.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor operator -(Tensor x) => -1 * x;

    private double At(ReadOnlySpan<int> indices)
    {
        if (indices.Length != Shape.Rank)
            throw new ArgumentException(
                $"Tensor: one index for each dimension of {Shape} was expected, {indices.Length} came; "
                + "samples are a range, x[2..5], and the values of one are Sample(k).",
                nameof(indices));
        var place = 0;
        for (var axis = 0; axis < indices.Length; axis++)
        {
            if ((uint)indices[axis] >= (uint)Shape[axis])
                throw new ArgumentOutOfRangeException(
                    nameof(indices),
                    indices[axis],
                    $"Tensor: an index from 0 to {Shape[axis] - 1} was expected at axis {axis} of {Shape}.");
            place = (place * Shape[axis]) + indices[axis];
        }

        return values[place];
    }

    private static Tensor Apply(string operation, Tensor a, Tensor b, Binary kernel)
    {
        if (a.Shape != b.Shape) throw new ArgumentException($"{operation}: shapes differ, {a.Shape} and {b.Shape}.");
        var result = new double[a.values.Length];
        kernel(a.values, b.values, result);
        return new Tensor(a.Shape, result);
    }
}
