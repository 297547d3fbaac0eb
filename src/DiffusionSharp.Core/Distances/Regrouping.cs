using DiffusionSharp.Tensors;

namespace DiffusionSharp.Distances;

/// <summary>Which of the pooled values make the first sample and which the second.</summary>
internal sealed class Regrouping
{
    private readonly int[] first;
    private readonly int[] second;

    private Regrouping(ReadOnlySpan<int> order, int split) => (first, second) = (order[..split].ToArray(), order[split..].ToArray());

    /// <summary>The samples as they came.</summary>
    public static Regrouping Identity(int split, int count) => new(Numbers(count), split);

    /// <summary>Each sample drawn anew from itself, with replacement: Efron 1979.</summary>
    public static Regrouping Bootstrap(Rng rng, int split, int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i < split ? rng.Integer(split, (ulong)i) : split + rng.Integer(count - split, (ulong)i);
        return new Regrouping(order, split);
    }

    /// <summary>Both samples shuffled together and cut again: what chance does where the laws are one.</summary>
    public static Regrouping Permuted(Rng rng, int split, int count)
    {
        var order = Numbers(count);
        for (var i = count - 1; i > 0; i--)
        {
            var j = rng.Integer(i + 1, (ulong)i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return new Regrouping(order, split);
    }

    /// <summary>W₂² of the two groups of values: the integral over q of the squared difference of quantiles, steps of both kept exact.</summary>
    public double SquaredDistance(double[] pooled)
    {
        double[] a = Sorted(pooled, first), b = Sorted(pooled, second);
        double sum = 0;
        var (i, j) = (0, 0);
        long at = 0, whole = (long)a.Length * b.Length;
        while (at < whole)
        {
            // In units of 1/(n m) quantiles of a step at multiples of m, those of b at multiples of n.
            var next = Math.Min((i + 1L) * b.Length, (j + 1L) * a.Length);
            sum += (next - at) * (a[i] - b[j]) * (a[i] - b[j]);
            at = next;
            if (at == (i + 1L) * b.Length) i++;
            if (at == (j + 1L) * a.Length) j++;
        }

        return sum / whole;
    }

    private static double[] Sorted(double[] pooled, int[] group)
    {
        var values = Array.ConvertAll(group, k => pooled[k]);
        Array.Sort(values);
        return values;
    }

    private static int[] Numbers(int count)
    {
        var numbers = new int[count];
        for (var i = 0; i < count; i++) numbers[i] = i;
        return numbers;
    }
}
