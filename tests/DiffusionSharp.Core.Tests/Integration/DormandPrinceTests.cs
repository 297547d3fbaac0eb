using DiffusionSharp.Integration;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Integration;

public sealed class DormandPrinceTests
{
    private static readonly double[] Frequencies = [1, 30, 0.2, 7];

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_pendulum_of_each_frequency_comes_out_within_its_tolerance_to_either_side(double end)
    {
        foreach (var tolerance in (double[])[1e-4, 1e-7, 1e-10])
        {
            var solver = new DormandPrince(tolerance, tolerance);
            var point = solver.Integrate(Pendulums(Frequencies), Start(4), 0, end);
            for (var k = 0; k < 4; k++)
            {
                // Errors of an angle add up over the steps, of which there are in proportion to the frequency.
                var w = Frequencies[k];
                Near.Absolute([Math.Cos(w * end), -Math.Sin(w * end)], point.Y.Sample(k), 30 * tolerance * (1 + (10 * w)), $"frequency {w} at tolerance {tolerance}");
            }

            Assert.InRange(point.LargestError, 0.05, 1);
            Assert.True(point.Accepted > 0 && point.Evaluations >= 6);
        }
    }

    [Fact]
    public void The_error_falls_in_proportion_to_the_tolerance_and_the_work_with_its_fifth_root()
    {
        OdePoint Solve(double tolerance) => new DormandPrince(tolerance, tolerance).Integrate(Pendulums([3]), Start(1), 0, 20);
        double Error(OdePoint p) => Math.Abs(p.Y.Values[0] - Math.Cos(60));
        OdePoint coarse = Solve(1e-5), fine = Solve(1e-10);
        Assert.InRange(Math.Log10(Error(coarse) / Error(fine)), 4, 6);
        Assert.InRange((double)fine.Accepted / coarse.Accepted, 7, 14);
    }

    [Fact]
    public void A_polynomial_of_degree_five_is_integrated_exactly_in_steps_as_long_as_they_may_be()
    {
        var solver = new DormandPrince(1e-3, 1e-3);
        var point = solver.Integrate((y, times) => Rows(y.Shape, times, (t, _) => 5 * Math.Pow(t, 4)), Tensor.Zeros([2, 3]), 0, 2);
        Near.Absolute([32, 32, 32, 32, 32, 32], point.Y.Values, 1e-12, "t⁵");
    }

    [Fact]
    public void Output_times_are_met_exactly_and_change_the_solution_within_the_tolerance_alone()
    {
        var solver = new DormandPrince(1e-9, 1e-9);
        var f = Pendulums(Frequencies);
        double[] times = [.. Enumerable.Range(0, 21).Select(i => i / 10.0)];
        var points = solver.Solve(f, Start(4), times).ToList();
        Assert.Equal(times, points.Select(p => p.Time));
        foreach (var point in points)
        {
            Near.Absolute([.. Frequencies.SelectMany(w => (double[])[Math.Cos(w * point.Time), -Math.Sin(w * point.Time)])], point.Y.Values, 1e-6, $"time {point.Time}");
            Assert.Equal(f(point.Y, [point.Time, point.Time, point.Time, point.Time]).Values, point.Slope.Values);
        }
    }

    [Fact]
    public void A_sample_alone_and_beside_others_is_the_same_bytes()
    {
        var solver = new DormandPrince(1e-6, 1e-6);
        double[] times = [0, 1, 1.7];
        var whole = solver.Solve(Pendulums(Frequencies), Start(4), times).Select(p => p.Y).ToList();
        for (var k = 0; k < 4; k++)
        {
            var alone = solver.Solve(Pendulums([Frequencies[k]]), Start(1), times).Select(p => p.Y).ToList();
            for (var i = 0; i < times.Length; i++) Assert.Equal(whole[i].Sample(k), alone[i].Values);
        }
    }

    [Fact]
    public void What_cannot_be_integrated_is_an_error_that_names_sample_and_time()
    {
        // y′ = y² from 1 has a pole at 1; the second sample has none.
        var pole = Assert.Throws<InvalidOperationException>(() => new DormandPrince().Integrate((y, _) => y * y, new Tensor([2, 1], [0.01, 1]), 0, 2));
        Assert.StartsWith("DormandPrince: sample 1 cannot keep its tolerance at time ", pole.Message, StringComparison.Ordinal);
        var few = Assert.Throws<InvalidOperationException>(() => new DormandPrince(1e-9, 1e-9, maximumSteps: 5).Integrate(Pendulums([30]), Start(1), 0, 10));
        Assert.Contains("allow more than 5 steps", few.Message, StringComparison.Ordinal);
        Assert.Contains("not finite", Assert.Throws<InvalidOperationException>(() => new DormandPrince().Integrate((y, _) => double.NaN * y, Start(1), 0, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new DormandPrince().Solve(Pendulums([1]), Start(1), [0, 1, 1]));
        Assert.Throws<ArgumentException>(() => new DormandPrince().Solve(Pendulums([1]), Start(1), [0, double.NaN]));
        Assert.Throws<ArgumentException>(() => new DormandPrince().Integrate((_, _) => Tensor.Zeros([3]), Start(1), 0, 1));
        foreach (var bad in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new DormandPrince(bad));
            Assert.Throws<ArgumentOutOfRangeException>(() => new DormandPrince(1e-3, bad));
        }
    }

    private static Tensor Start(int samples) => Tensor.Create([samples, 2], values =>
    {
        for (var k = 0; k < samples; k++) values[2 * k] = 1;
    });

    // (q, p)′ = w·(p, −q).
    private static RightHandSide Pendulums(double[] frequencies) => (y, _) => Tensor.Create(y.Shape, values =>
    {
        for (var k = 0; k < frequencies.Length; k++)
        {
            var (q, p) = (y.Sample(k)[0], y.Sample(k)[1]);
            (values[2 * k], values[(2 * k) + 1]) = (frequencies[k] * p, -frequencies[k] * q);
        }
    });

    private static Tensor Rows(Shape shape, ReadOnlySpan<double> times, Func<double, int, double> value)
    {
        var own = times.ToArray();
        return Tensor.Create(shape, values =>
        {
            var size = values.Length / own.Length;
            for (var i = 0; i < values.Length; i++) values[i] = value(own[i / size], i % size);
        });
    }
}
