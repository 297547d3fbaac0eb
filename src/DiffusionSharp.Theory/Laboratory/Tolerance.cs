using System.Globalization;

namespace DiffusionSharp.Theory.Laboratory;

/// <summary>How far two sides of a claim may lie apart, and where that comes from: it is derived beforehand, never fitted to an outcome.</summary>
/// <param name="Value">The allowance, at least 0, in the unit of what is compared.</param>
/// <param name="Reason">Where it comes from, in a few words: a standard error, an order of accuracy, rounding.</param>
public sealed record Tolerance(double Value, string Reason)
{
    /// <summary>Chance throws an honest measurement further than this many standard errors off once in 1.7 million times.</summary>
    public const double Deviations = 5;

    /// <summary>The two sides are the same number.</summary>
    public static Tolerance None { get; } = new(0, "exact");

    /// <summary>Rounding of a computation in doubles: operations · 2⁻⁵³ · scale.</summary>
    /// <param name="scale">The largest size that the terms of the computation reach.</param>
    /// <param name="operations">How many rounded operations may add up.</param>
    public static Tolerance Rounding(double scale, double operations) =>
        new(operations * Math.Pow(2, -53) * scale, string.Create(CultureInfo.InvariantCulture, $"rounding: {operations:G3} operations on values up to {scale:G3}"));

    /// <summary>Chance: a number of standard errors.</summary>
    /// <param name="standardError">One standard deviation of the measurement over repetitions.</param>
    /// <param name="deviations">How many of them are allowed.</param>
    public static Tolerance Chance(double standardError, double deviations = Deviations) =>
        new(deviations * standardError, string.Create(CultureInfo.InvariantCulture, $"chance: {deviations:G3} standard errors of {standardError:G2}"));

    /// <summary>Chance of a Kolmogorov–Smirnov statistic of independent samples: P(D > 2.74/√n) is that of five standard errors.</summary>
    /// <param name="count">n, the number of samples; n m/(n + m) where two samples are compared.</param>
    /// <remarks>2 e^(−2k²) = 5.7·10⁻⁷ at k = 2.744; Massart 1990 shows that the bound 2 e^(−2k²) holds for every n.</remarks>
    public static Tolerance OfKolmogorov(double count) =>
        new(2.744 / Math.Sqrt(count), string.Create(CultureInfo.InvariantCulture, $"chance: 2.74/√n, n = {count:G6}, exceeded as rarely as five standard errors"));

    /// <summary>This and another source of error together.</summary>
    public Tolerance Plus(Tolerance other) => new(Value + other.Value, $"{Reason}; {other.Reason}");
}
