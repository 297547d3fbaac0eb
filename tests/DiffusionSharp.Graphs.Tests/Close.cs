using System.Globalization;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>Comparison by the largest difference, over the largest value where that is above 1.</summary>
internal static class Close
{
    public static void Assert(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance, string what)
    {
        Xunit.Assert.Equal(expected.Count, actual.Count);
        var scale = expected.Count == 0 ? 1 : Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Count; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * scale) && !(double.IsNaN(expected[i]) && double.IsNaN(actual[i])))
                Xunit.Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: value {i} of {expected.Count} should be {expected[i]:R}, is {actual[i]:R}; the largest is {scale:G4}."));
    }

    public static void Assert(IReadOnlyList<double> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        var wide = new double[actual.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = actual[i];
        Assert(expected, wide, tolerance, what);
    }
}
