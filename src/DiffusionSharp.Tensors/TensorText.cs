using System.Globalization;
using System.Text;

namespace DiffusionSharp.Tensors;

/// <summary>Tensors as text: the shape and the values in nested brackets, aligned, the middle of long axes left out.</summary>
/// <remarks>Only what is shown is read, so that the largest tensor prints as fast as a small one. Numbers are those of the invariant culture.</remarks>
internal static class TensorText
{
    // Of the two innermost axes three values at each edge, of those around them the first and the last block: a batch of pictures fits a screen.
    private const int Edge = 3, OuterEdge = 1;
    private const int Decimals = 4;

    /// <summary>All lines: <c>Tensor [2, 2]</c> and below it the values; those of one row beside it.</summary>
    public static string Block(string name, Shape shape, Func<int, double> value)
    {
        var text = new StringBuilder(name).Append(' ').Append(shape.ToString());
        if (shape.Count == 0) return text.Append(", no values").ToString();
        var format = new NumberFormat(Shown(shape, 0, 0).Select(value));
        if (shape.Rank == 0) return text.Append(' ').Append(format.Text(value(0))).ToString();
        text.Append(shape.Rank == 1 ? " " : "\n");
        Append(text, shape, 0, 0, i => format.Text(value(i)));
        return text.ToString();
    }

    /// <summary>One line for a debugger: the shape and the first values.</summary>
    public static string Line(string name, Shape shape, Func<int, double> value)
    {
        var shown = Math.Min(shape.Count, 2 * Edge);
        var format = new NumberFormat(Enumerable.Range(0, shown).Select(value));
        var values = string.Join(", ", Enumerable.Range(0, shown).Select(i => format.Text(value(i)).Trim()));
        return $"{name} {shape}: {(shown == 0 ? "no values" : values)}{(shown < shape.Count ? ", …" : "")}";
    }

    private static void Append(StringBuilder text, Shape shape, int axis, int offset, Func<int, string> number)
    {
        if (axis == shape.Rank)
        {
            text.Append(number(offset));
            return;
        }

        // Rows stand below each other, and blocks of rows have an empty line between them.
        var inner = axis == shape.Rank - 1;
        var separator = inner ? ", " : $",{new string('\n', shape.Rank - 1 - axis)}{new string(' ', axis + 1)}";
        var stride = Stride(shape, axis);
        text.Append('[');
        foreach (var (place, i) in Places(shape, axis).Index())
        {
            if (place > 0) text.Append(separator);
            if (i is int index) Append(text, shape, axis + 1, offset + (index * stride), number);
            else text.Append('…');
        }

        text.Append(']');
    }

    // The values that are shown, by their place in the tensor.
    private static IEnumerable<int> Shown(Shape shape, int axis, int offset)
    {
        if (axis == shape.Rank) return [offset];
        var stride = Stride(shape, axis);
        return Places(shape, axis).OfType<int>().SelectMany(i => Shown(shape, axis + 1, offset + (i * stride)));
    }

    // The indices of an axis that are shown; null stands for those that are left out.
    private static IEnumerable<int?> Places(Shape shape, int axis)
    {
        var (length, edge) = (shape[axis], axis >= shape.Rank - 2 ? Edge : OuterEdge);
        for (var i = 0; i < length; i++)
        {
            if (i == edge && length > 2 * edge)
            {
                yield return null;
                i = length - edge;
            }

            yield return i;
        }
    }

    private static int Stride(Shape shape, int axis)
    {
        var stride = 1;
        for (var i = axis + 1; i < shape.Rank; i++) stride *= shape[i];
        return stride;
    }

    /// <summary>How numbers that stand together are written: as many decimals as any needs, at most four, and one width.</summary>
    private sealed class NumberFormat
    {
        private readonly string format;
        private readonly int width;

        public NumberFormat(IEnumerable<double> shown)
        {
            double[] values = [.. shown], finite = [.. values.Where(double.IsFinite).Select(Math.Abs)];
            var (least, most) = (finite.Where(v => v > 0).DefaultIfEmpty(1).Min(), finite.DefaultIfEmpty(0).Max());
            format = most >= 1e6 || least < 1e-4 ? $"0.{new string('0', Decimals)}e+00"
                : $"F{Enumerable.Range(0, Decimals + 1).First(d => d == Decimals || finite.All(v => Math.Round(v, d) == Math.Round(v, Decimals)))}";
            width = values.Select(v => Bare(v).Length).DefaultIfEmpty(0).Max();
        }

        public string Text(double value) => Bare(value).PadLeft(width);

        private string Bare(double value)
        {
            if (double.IsInfinity(value)) return value > 0 ? "∞" : "-∞";

            // No minus before a zero, and no power of ten behind it.
            return value == 0
                ? 0.0.ToString(format.StartsWith('F') ? format : "0", CultureInfo.InvariantCulture)
                : value.ToString(format, CultureInfo.InvariantCulture);
        }
    }
}
