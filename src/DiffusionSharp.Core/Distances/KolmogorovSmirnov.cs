namespace DiffusionSharp.Distances;

/// <summary>The largest distance between distribution functions in one dimension, and how often chance alone would give as much.</summary>
/// <param name="Statistic">D, in [0, 1].</param>
/// <param name="PValue">The probability of a statistic of at least D where the laws are the same; asymptotic, good from an effective size of about 10.</param>
/// <param name="EffectiveCount">n for one sample, n m/(n + m) for two.</param>
/// <remarks>
/// <code>
/// D = sup |F_n − F|        P(√n D > k) → 2 Σ_{j ≥ 1} (−1)^(j−1) e^(−2 j² k²)
/// </code>
/// Kolmogorov 1933, Smirnov 1948; for finite n, k = (√n + 0.12 + 0.11/√n) D after Stephens 1970.
/// </remarks>
public readonly record struct KolmogorovSmirnov(double Statistic, double PValue, double EffectiveCount)
{
    /// <summary>A sample against a law.</summary>
    /// <param name="sample">At least one value, in any order.</param>
    /// <param name="cumulative">F, the law's distribution function.</param>
    /// <exception cref="ArgumentException">There is no value, or one is NaN.</exception>
    public static KolmogorovSmirnov Test(ReadOnlySpan<double> sample, Func<double, double> cumulative)
    {
        var sorted = Sorted(sample, nameof(sample));
        var distance = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var f = cumulative(sorted[i]);
            distance = Math.Max(distance, Math.Max(f - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - f));
        }

        return Of(distance, sorted.Length);
    }

    /// <summary>A sample against another.</summary>
    /// <param name="a">At least one value, in any order.</param>
    /// <param name="b">At least one value, in any order.</param>
    /// <exception cref="ArgumentException">There is no value, or one is NaN.</exception>
    public static KolmogorovSmirnov Test(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] first = Sorted(a, nameof(a)), second = Sorted(b, nameof(b));
        var (i, j, distance) = (0, 0, 0.0);
        while (i < first.Length && j < second.Length)
        {
            // Both functions step at a common value before they are compared.
            var at = Math.Min(first[i], second[j]);
            while (i < first.Length && first[i] == at) i++;
            while (j < second.Length && second[j] == at) j++;
            distance = Math.Max(distance, Math.Abs(((double)i / first.Length) - ((double)j / second.Length)));
        }

        return Of(distance, (double)first.Length * second.Length / (first.Length + second.Length));
    }

    private static KolmogorovSmirnov Of(double distance, double count)
    {
        var root = Math.Sqrt(count);
        return new KolmogorovSmirnov(distance, Exceeds((root + 0.12 + (0.11 / root)) * distance), count);
    }

    private static double Exceeds(double k)
    {
        // Below, the alternating series needs many terms for what is 1 to twelve digits.
        if (k < 0.2) return 1;
        var sum = 0.0;
        for (var j = 1; j <= 100; j++) sum += (j % 2 == 1 ? 2 : -2) * Math.Exp(-2 * j * j * k * k);
        return Math.Clamp(sum, 0, 1);
    }

    private static double[] Sorted(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty) throw new ArgumentException("KolmogorovSmirnov: at least one value is needed.", name);
        var sorted = values.ToArray();
        Array.Sort(sorted);

        // Array.Sort puts NaN first.
        return double.IsNaN(sorted[0]) ? throw new ArgumentException("KolmogorovSmirnov: a value is NaN.", name) : sorted;
    }
}
