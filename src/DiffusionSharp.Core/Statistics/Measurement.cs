namespace DiffusionSharp.Statistics;

/// <summary>A figure with what it is worth: the mean of independent values and its standard error.</summary>
/// <param name="Value">The figure.</param>
/// <param name="StandardError">One standard deviation of <paramref name="Value"/> over repetitions; NaN where a single value cannot tell.</param>
/// <param name="Count">How many independent values it comes from.</param>
public readonly record struct Measurement(double Value, double StandardError, int Count)
{
    /// <summary>The value and its error, as "0.523 ± 0.073"; four digits, the same in every culture.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Value:G4} ± {StandardError:G2}");

    /// <summary>The mean of independent values: s/√n beside it, s the sample's standard deviation.</summary>
    /// <param name="values">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Measurement OfMean(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) throw new ArgumentException("Measurement: at least one value is needed.", nameof(values));
        var mean = 0.0;
        foreach (var value in values) mean += value / values.Length;
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return new Measurement(mean, values.Length == 1 ? double.NaN : Math.Sqrt(squares / (values.Length - 1) / values.Length), values.Length);
    }

    /// <summary>The share of independent trials that hit: beside it √(p (1 − p)/n).</summary>
    /// <param name="hits">0 to <paramref name="count"/>.</param>
    /// <param name="count">Trials, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <remarks>Where all hit or none, the error is that of one miss or one hit: n alike trials do not say that the next is sure.</remarks>
    public static Measurement OfShare(int hits, int count)
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), count, "Measurement.OfShare: at least one trial is needed.");
        if (hits < 0 || hits > count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(hits), hits, $"Measurement.OfShare: 0 to {count} hits of {count} trials are expected, {hits} were given.");
        }

        var p = (double)Math.Clamp(hits, 1, Math.Max(1, count - 1)) / count;
        return new Measurement((double)hits / count, count == 1 ? double.NaN : Math.Sqrt(p * (1 - p) / count), count);
    }

    /// <summary>The figure in another unit: offset + factor · value.</summary>
    /// <param name="factor">Of the value and, without its sign, of the error.</param>
    /// <param name="offset">Added to the value; known exactly.</param>
    public Measurement Scaled(double factor, double offset = 0) => new((factor * Value) + offset, Math.Abs(factor) * StandardError, Count);
}
