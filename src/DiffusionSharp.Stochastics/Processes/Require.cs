using System.Globalization;
using System.Runtime.CompilerServices;

namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Guards of the public edge of processes and integrators that NaN does not pass.</summary>
internal static class Require
{
    /// <summary>The value, finite and above 0.</summary>
    public static double Positive(double value, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} must be positive and finite."));

    /// <summary>The value, finite and at least 0.</summary>
    public static double NotNegative(double value, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} must be at least 0 and finite."));

    /// <summary>The value, finite.</summary>
    public static double Finite(double value, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} must be finite."));

    /// <summary>The count, at least 1.</summary>
    public static int AtLeastOne(int value, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(parameter, value, $"{what} must be at least 1.");
}
