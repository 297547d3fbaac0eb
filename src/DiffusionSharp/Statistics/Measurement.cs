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

    /// <summary>The figure in another unit: offset + factor · value.</summary>
    /// <param name="factor">Of the value and, without its sign, of the error.</param>
    /// <param name="offset">Added to the value; known exactly.</param>
    public Measurement Scaled(double factor, double offset = 0) => new((factor * Value) + offset, Math.Abs(factor) * StandardError, Count);
}
