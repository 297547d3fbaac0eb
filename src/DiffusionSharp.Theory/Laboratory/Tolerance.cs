using System.Globalization;
using DiffusionSharp.Statistics;

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
        new(
            operations * Math.Pow(2, -53) * scale,
            string.Create(CultureInfo.InvariantCulture, $"rounding: {operations:G3} operations on values up to {scale:G3}"));

    /// <summary>Chance: a number of standard errors.</summary>
    /// <param name="standardError">One standard deviation of the measurement over repetitions.</param>
    /// <param name="deviations">How many of them are allowed.</param>
    public static Tolerance Chance(double standardError, double deviations = Deviations) =>
        new(deviations * standardError, string.Create(CultureInfo.InvariantCulture, $"chance: {deviations:G3} standard errors of {standardError:G2}"));

    /// <summary>Chance of a mean of independent values that are not normal, their moments known: five standard errors would be exceeded more often.</summary>
    /// <remarks>
    /// <code>
    /// w = z + γ (z² − 1)/6 + κ (z³ − 3z)/24 − γ² (2z³ − 5z)/36,  z = 5
    /// </code>
    /// Cornish and Fisher 1938, "Moments and cumulants in the specification of distributions": the quantile that is as rare as that of z of a
    /// normal law; γ without its sign covers both tails. An expansion in 1/√n of which the first terms stand here: for γ up to ½ it is within
    /// 0.04 of the quantiles of gamma laws (7.16 for 7.12 at ½), and larger ones are refused.
    /// </remarks>
    /// <param name="standardError">One standard deviation of the mean, from the exact variance.</param>
    /// <param name="skewness">γ of the mean: that of a value over √n.</param>
    /// <param name="kurtosis">κ of the mean: the excess kurtosis of a value over n.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean is further from normal than the expansion reaches.</exception>
    public static Tolerance OfSkewed(double standardError, double skewness, double kurtosis)
    {
        var gamma = Math.Abs(skewness);
        if (!(gamma <= 0.5 && Math.Abs(kurtosis) <= 0.5))
            throw new ArgumentOutOfRangeException(
                nameof(skewness),
                skewness,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Tolerance: a mean of skewness {skewness:G3} and excess kurtosis {kurtosis:G3}; " +
                    $"Cornish and Fisher's expansion holds up to γ = κ = ½. Take more values."));
        const double z = Deviations;
        var wide = z + (gamma * ((z * z) - 1) / 6) + (kurtosis * ((z * z * z) - (3 * z)) / 24) - (gamma * gamma * ((2 * z * z * z) - (5 * z)) / 36);
        return new(
            wide * standardError,
            string.Create(
                CultureInfo.InvariantCulture,
                $"chance: {wide:G3} standard errors of {standardError:G2}, as rare at skewness {gamma:G2} as five of a normal mean"));
    }

    /// <summary>Chance of the mean square of independent values around their known mean, from the cumulants of one value.</summary>
    /// <param name="count">How many values.</param>
    /// <param name="scale">What the check compares, over the mean square: 1 for that itself, half the expected value over k₂ for its root.</param>
    /// <param name="k2">The variance of a value, the mean square's expectation.</param>
    /// <param name="k3">Its third cumulant, and so on.</param>
    /// <param name="k4">κ₄, the fourth cumulant of one value.</param>
    /// <param name="k5">κ₅, the fifth cumulant of one value.</param>
    /// <param name="k6">κ₆, the sixth cumulant of one value.</param>
    /// <param name="k8">κ₈; the seventh does not enter.</param>
    public static Tolerance OfMeanSquare(double count, double scale, double k2, double k3 = 0, double k4 = 0, double k5 = 0, double k6 = 0, double k8 = 0)
    {
        var m4 = k4 + (3 * k2 * k2);
        var m6 = k6 + (15 * k4 * k2) + (10 * k3 * k3) + (15 * k2 * k2 * k2);
        var m8 = k8 + (28 * k6 * k2) + (56 * k5 * k3) + (35 * k4 * k4) + (210 * k4 * k2 * k2) + (280 * k3 * k3 * k2) + (105 * k2 * k2 * k2 * k2);
        var variance = m4 - (k2 * k2);
        var third = m6 - (3 * m4 * k2) + (2 * k2 * k2 * k2);
        var fourth = m8 - (4 * m6 * k2) + (6 * m4 * k2 * k2) - (3 * k2 * k2 * k2 * k2);
        return OfSkewed(
            scale * Math.Sqrt(variance / count),
            third / Math.Pow(variance, 1.5) / Math.Sqrt(count),
            ((fourth / (variance * variance)) - 3) / count);
    }

    /// <summary>Chance of a mean whose error comes from the sample itself: where values are skewed, mean and error go together.</summary>
    /// <remarks>
    /// The quantile of (mean − μ)/(s/√n) as rare as that of z of a normal law is, to first order in 1/√n, z + γ (2z² + 1)/6 on its longer side,
    /// γ the skewness of a value over √n: Hall 1987, "Edgeworth expansion for Student's t statistic under minimal moment conditions".
    /// </remarks>
    /// <param name="values">The sample, at least two values.</param>
    public static Tolerance OfSample(ReadOnlySpan<double> values)
    {
        var mean = Measurement.OfMean(values);
        double second = 0, third = 0;
        foreach (var v in values)
        {
            var d = v - mean.Value;
            (second, third) = (second + (d * d / values.Length), third + (d * d * d / values.Length));
        }

        var gamma = second > 0 ? Math.Abs(third) / Math.Pow(second, 1.5) / Math.Sqrt(values.Length) : 0;
        var chance = Chance(mean.StandardError, Deviations + (gamma * ((2 * Deviations * Deviations) + 1) / 6));
        if (!(gamma > 0.01)) return chance;
        var sample = string.Create(CultureInfo.InvariantCulture, $"of a sample of skewness {gamma:G2} that gives its own error");
        return chance with { Reason = $"{chance.Reason}, {sample}" };
    }

    /// <summary>Chance of a Kolmogorov–Smirnov statistic of independent samples: P(D > 2.74/√n) is that of five standard errors.</summary>
    /// <param name="count">n, the number of samples; n m/(n + m) where two samples are compared.</param>
    /// <remarks>2 e^(−2k²) = 5.7·10⁻⁷ at k = 2.744; Massart 1990 shows that the bound 2 e^(−2k²) holds for every n.</remarks>
    public static Tolerance OfKolmogorov(double count) =>
        new(
            2.744 / Math.Sqrt(count),
            string.Create(CultureInfo.InvariantCulture, $"chance: 2.74/√n, n = {count:G6}, exceeded as rarely as five standard errors"));

    /// <summary>The band that orders of accuracy are held to: ±0.2, tight enough to tell an order from its neighbours by far.</summary>
    /// <param name="steps">The step sizes over which the slope is taken.</param>
    public static Tolerance Order(IReadOnlyList<double> steps) =>
        new(
            0.2,
            string.Create(
                CultureInfo.InvariantCulture,
                $"±0.2, the rule for orders, over steps from {steps.Max():G3} to {steps.Min():G3}: room for the error's next term, not a bound on it"));

    /// <summary>No tolerance: the bound itself is a size of effect that the text shows, chosen for the reader and not derived.</summary>
    public static Tolerance Chosen { get; } = new(0, "the bound is a size of effect chosen for the reader, not derived");

    /// <summary>This and another source of error together.</summary>
    /// <param name="other">What is added, in the same unit.</param>
    public Tolerance Plus(Tolerance other) => new(Value + other.Value, $"{Reason}; {other.Reason}");
}
