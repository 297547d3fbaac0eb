using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

/// <summary>Comparison by the largest difference, which says where it is.</summary>
public static class Near
{
    /// <summary>Every difference is at most <paramref name="tolerance"/> of the largest absolute expected value.</summary>
    public static void RelativeToLargest(Tensor expected, Tensor actual, double tolerance, string what) =>
        Compare(expected.Values, actual.Values, tolerance, expected.MaxAbs(), what);

    /// <summary>Every difference is at most <paramref name="tolerance"/> of its own expected value.</summary>
    public static void RelativeToEach(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= tolerance * Math.Abs(expected[i]) || expected[i].Equals(actual[i])))
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: value {i} is {actual[i]:G17}, expected {expected[i]:G17}; off by {difference / Math.Abs(expected[i]):E2} of it."));
        }
    }

    /// <summary>Every difference is at most <paramref name="tolerance"/>.</summary>
    public static void Absolute(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what) => Compare(expected, actual, tolerance, 1, what);

    /// <summary>One number within a tolerance of another.</summary>
    public static void Number(double expected, double actual, double tolerance, string what) => Compare([expected], [actual], tolerance, 1, what);

    private static void Compare(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, double scale, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var (worst, at) = (-1.0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(expected[i] - actual[i]) / scale;
            if (double.IsNaN(difference)) difference = expected[i].Equals(actual[i]) ? 0 : double.PositiveInfinity;
            if (difference > worst) (worst, at) = (difference, i);
        }

        if (worst > tolerance)
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: largest difference {worst:E2} > {tolerance:E2} at {at}: {actual[at]:G17}, expected {expected[at]:G17}."));
    }
}
