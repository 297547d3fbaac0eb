using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class OptimizersTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Ten_steps_follow_the_equations_in_double_on_any_threads(bool decoupled, bool averaged)
    {
        foreach (var n in (int[])[1, 15, 16, 17, 40_003])
        {
            var start = Compare.Normals(n, 1);
            var all = Compare.SameForAllThreads(p =>
            {
                var (w, m, v, a) = (new Guarded(start), new Guarded(new float[n]), new Guarded(new float[n]), new Guarded(averaged ? start : []));
                for (var t = 1; t <= 10; t++) Optimizers.AdamW(w.Span, Compare.Normals(n, (ulong)(100 + t)), m.Span, v.Span, a.Span, Step(t, decoupled), p);
                return [.. w.Checked(), .. m.Checked(), .. v.Checked(), .. a.Checked()];
            });
            var (weights, first, second, average) = (start.Select(x => (double)x).ToArray(), new double[n], new double[n], start.Select(x => (double)x).ToArray());
            for (var t = 1; t <= 10; t++)
            {
                var (gradient, step) = (Compare.Normals(n, (ulong)(100 + t)), Step(t, decoupled));
                for (var i = 0; i < n; i++)
                {
                    var g = gradient[i] * step.GradientScale;
                    if (decoupled) weights[i] *= 1 - (step.Rate * step.WeightDecay);
                    else g += step.WeightDecay * weights[i];
                    first[i] = (step.Beta1 * first[i]) + ((1 - step.Beta1) * g);
                    second[i] = (step.Beta2 * second[i]) + ((1 - step.Beta2) * g * g);
                    weights[i] -= step.Rate * (first[i] / step.BiasCorrection1) / (Math.Sqrt(second[i] / step.BiasCorrection2) + step.Epsilon);
                    average[i] = ((1 - step.AverageWeight) * average[i]) + (step.AverageWeight * weights[i]);
                }
            }

            Compare.Close(weights, all.AsSpan(0, n), 1e-6, "weights");
            Compare.Close(first, all.AsSpan(n, n), 1e-6, "first moment");
            Compare.Close(second, all.AsSpan(2 * n, n), 1e-6, "second moment");
            if (averaged) Compare.Close(average, all.AsSpan(3 * n, n), 1e-6, "average");
        }
    }

    [Fact]
    public void The_first_step_moves_every_weight_by_the_rate_against_its_gradient()
    {
        var (w, m, v) = (new float[20], new float[20], new float[20]);
        var g = Compare.Normals(20, 1, 1e-3);
        Optimizers.AdamW(w, g, m, v, [], new AdamWStep(0.01, 0.9, 0.999, 0, 0, true, 1 - 0.9, 1 - 0.999, 1, 0), Parallelism.Single);
        for (var i = 0; i < 20; i++) Assert.Equal(-0.01 * Math.Sign(g[i]), w[i], 1e-8);
    }

    [Fact]
    public void The_sum_of_squares_is_right_to_the_seventh_digit_at_any_length_and_on_any_threads()
    {
        foreach (var n in Enumerable.Range(0, 257).Append(1_000_003))
        {
            var x = Compare.Normals(n, (ulong)n, 1, 3);
            double exact = 0;
            foreach (var value in x) exact += (double)value * value;
            Assert.Equal(exact, Optimizers.SumOfSquares(x, Parallelism.Single), 2e-7 * exact);
            if (n < 1000) continue;
            using var p = new Parallelism(3);
            Assert.Equal(Optimizers.SumOfSquares(x, Parallelism.Single), Optimizers.SumOfSquares(x, p));
        }
    }

    [Fact]
    public void The_first_value_that_is_not_finite_is_found()
    {
        var x = Compare.Normals(10_000, 1);
        Assert.Equal(-1, Finite.FirstNonFinite(x));
        Assert.Equal(-1, Finite.FirstNonFinite([]));
        x[9_999] = float.NegativeInfinity;
        Assert.Equal(9_999, Finite.FirstNonFinite(x));
        x[5_000] = float.NaN;
        Assert.Equal(5_000, Finite.FirstNonFinite(x));
        x[0] = float.PositiveInfinity;
        Assert.Equal(0, Finite.FirstNonFinite(x));
    }

    private static AdamWStep Step(int t, bool decoupled) =>
        new(1e-2, 0.9, 0.999, 1e-8, 0.05, decoupled, 1 - Math.Pow(0.9, t), 1 - Math.Pow(0.999, t), 0.7, 0.99);
}
