using System.Globalization;
using System.Runtime.CompilerServices;

namespace DiffusionSharp;

/// <summary>Guards of arguments: real numbers that NaN does not pass, and choices that are there.</summary>
internal static class Guard
{
    /// <summary>Returns the value if it lies in [<paramref name="low"/>, <paramref name="high"/>], else throws one clear line.</summary>
    public static double InRange(double value, double low, double high, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        value >= low && value <= high
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} must lie in [{low}, {high}]."));

    /// <summary>Returns the value if it lies in (<paramref name="low"/>, <paramref name="high"/>), else throws one clear line.</summary>
    public static double Between(double value, double low, double high, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        value > low && value < high
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} must lie in ({low}, {high})."));

    /// <summary>Returns the value if its enumeration names it, else throws one clear line.</summary>
    public static T Known<T>(T value, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(parameter, value, $"{what}.");

    /// <summary>Returns the value if it is finite and above <paramref name="low"/>, else throws one clear line.</summary>
    public static double Above(double value, double low, string what, [CallerArgumentExpression(nameof(value))] string? parameter = null) =>
        value > low && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} must be finite and above {low}."));
}
