using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Laws;

/// <summary>The reverse chain P(x_T) ∏ P(x_s | x_t) of a denoiser in one dimension, all integrals over paths done on a grid.</summary>
/// <remarks>
/// <code>
/// P(x_s) = ∫ N(x_s; μ̃(x_t, D(x_t)), v) P(x_t) dx_t,  one step of the grid's matrix a level
/// </code>
/// Sums over equal cells are the trapezoid rule, whose error on Gaussians of width w at spacing h is e^(−2π² w²/h²). Work grows with T N².
/// </remarks>
public sealed class GridChain
{
    private const double Band = 9; // deviations; e^(−40) beyond
    private const int Tiles = 16;

    private readonly NoiseLevel[] levels; // clean first
    private readonly double[] points;
    private readonly double[][] data, means, variances;
    private readonly ChainLaw[] marginals;
    private readonly Posterior[] posteriors;
    private readonly Parallelism parallelism;

    /// <summary>Makes the chain and its marginal laws.</summary>
    /// <param name="denoiser">D in one dimension, with a gradient.</param>
    /// <param name="levels">Clean data first, the most noise last; T + 1 of them.</param>
    /// <param name="variance">The variance of a step from its level, its posterior and Var[x₀ | x_t].</param>
    /// <param name="half">The grid covers [−half, half].</param>
    /// <param name="cells">How many cells.</param>
    /// <param name="parallelism">Threads; results do not depend on them.</param>
    /// <param name="stop">Ends it early.</param>
    public GridChain(
        Denoiser denoiser,
        NoiseLevel[] levels,
        Func<NoiseLevel, Posterior, double, double> variance,
        double half,
        int cells,
        Parallelism parallelism,
        CancellationToken stop)
    {
        (this.levels, this.parallelism, points, Spacing) = (levels, parallelism, Quadrature.Points(-half, half, cells + 1), 2 * half / cells);
        var (n, steps) = (points.Length, levels.Length - 1);
        (data, means, variances, posteriors, marginals) = (
            new double[steps + 1][],
            new double[steps + 1][],
            new double[steps + 1][],
            new Posterior[steps + 1],
            new ChainLaw[steps + 1]);
        var x = new Tensor([n, 1], (double[])points.Clone());
        var ones = Tensor.Create([n, 1], v => v.Fill(1));
        marginals[steps] = ChainLaw.Of(v => Math.Exp(LogNormal(v, 0, 1)), -half, half, cells + 1);
        for (var t = steps; t >= 1; t--)
        {
            stop.ThrowIfCancellationRequested();
            var (level, q) = (levels[t], Posterior.Between(levels[t], levels[t - 1]));
            double[] d = denoiser.Denoise(x, level).Values.ToArray(), slope = denoiser.VectorJacobian(x, level, ones).Values.ToArray();
            (data[t], posteriors[t]) = (d, q);
            means[t] = [.. points.Select((v, i) => (q.OfX * v) + (q.OfData * d[i]))];

            // Var[x₀ | x_t] = σ²/α · ∂D/∂x.
            variances[t] = [.. slope.Select(j => variance(level, q, level.Sigma * level.Sigma / level.Alpha * j))];
            marginals[t - 1] = marginals[t].Step(means[t], variances[t], parallelism);
        }
    }

    /// <summary>The points of the grid.</summary>
    public IReadOnlyList<double> X => points;

    /// <summary>h.</summary>
    public double Spacing { get; }

    /// <summary>The chain's own marginal laws at every level, clean first.</summary>
    public IReadOnlyList<ChainLaw> Marginals => marginals;

    /// <summary>The least width of a kernel in cells, seen from either side: what the trapezoid rule's error depends on.</summary>
    public double Resolution
    {
        get
        {
            var least = double.PositiveInfinity;
            for (var t = 1; t < levels.Length; t++)
            {
                least = Math.Min(least, Math.Sqrt(Forward(t).Variance) / Spacing);
                for (var i = 1; i < points.Length; i++)
                    if (Math.Abs(points[i]) < 4)
                        least = Math.Min(least, Math.Sqrt(variances[t][i]) / Math.Max(Math.Abs(means[t][i] - means[t][i - 1]), Spacing));
            }

            return least;
        }
    }

    /// <summary>The bound of ln P(x₀) at each point wanted: −L_T − Σ L_(t−1) + E ln P(x₀ | x₁), expectations over q(x_t | x₀) alone.</summary>
    /// <param name="wanted">Indices into the grid.</param>
    /// <param name="priorTerm">Factor of L_T, 1.</param>
    public double[] LowerBound(int[] wanted, double priorTerm)
    {
        var bound = new double[wanted.Length];
        parallelism.For(Tiles, tile =>
        {
            for (var k = tile; k < wanted.Length; k += Tiles)
            {
                var (x0, last) = (points[wanted[k]], levels[^1]);
                var (a, s) = (last.Alpha, last.Sigma * last.Sigma);
                var sum = -priorTerm * ((s - 1 - Math.Log(s)) + (a * a * x0 * x0)) / 2;
                for (var t = 1; t < levels.Length; t++)
                {
                    var (q, steps) = (posteriors[t], t);
                    sum += Expectation(x0, levels[t], i =>
                    {
                        var (v, gap) = (variances[steps][i], q.OfData * (x0 - data[steps][i]));
                        return steps == 1
                            ? LogNormal(x0, data[1][i], v)
                            : -(((q.Variance / v) - 1 - Math.Log(q.Variance / v)) / 2) - (gap * gap / (2 * v));
                    });
                }

                bound[k] = sum;
            }
        });
        return bound;
    }

    /// <summary>
    /// KL(q(x_(1:T) | x₀) ‖ P(x_(1:T) | x₀)) by the Markov property: Σ E KL(q(x_t | x_s) ‖ P(x_t | x_s)), the chain turned round by its own
    /// marginals.
    /// </summary>
    /// <param name="wanted">Indices into the grid.</param>
    /// <param name="parts">Receives the sum's terms averaged with weights, one a step; index 0 is unused.</param>
    /// <param name="weights">Of the average, one per point wanted.</param>
    public double[] PathDivergence(int[] wanted, double[] parts, double[] weights)
    {
        var sums = new double[wanted.Length];
        for (var t = 1; t < levels.Length; t++)
        {
            var step = t;
            var local = new double[points.Length];
            var (alpha, variance) = Forward(t);

            // Where no path from a wanted point passes, nothing is needed, and marginals may have underflowed.
            var (low, high) = (points[wanted[0]], points[wanted[^1]]);
            var from = Index((levels[t - 1].Alpha * low) - (Band * levels[t - 1].Sigma), up: false);
            var to = Index((levels[t - 1].Alpha * high) + (Band * levels[t - 1].Sigma), up: true);
            parallelism.For(Tiles, tile =>
            {
                for (var j = from + tile; j <= to; j += Tiles)
                {
                    var (y, sum, deviation) = (points[j], 0.0, Math.Sqrt(variance));
                    var here = Math.Log(marginals[step - 1].Densities[j]);
                    var end = Index((alpha * y) + (Band * deviation), up: true);
                    for (var i = Index((alpha * y) - (Band * deviation), up: false); i <= end; i++)
                    {
                        var log = LogNormal(points[i], alpha * y, variance);
                        sum += Math.Exp(log) * (log + here - LogNormal(y, means[step][i], variances[step][i]) - Math.Log(marginals[step].Densities[i]));
                    }

                    local[j] = sum * Spacing;
                }
            });
            for (var k = 0; k < wanted.Length; k++)
            {
                var term = t == 1 ? local[wanted[k]] : Expectation(points[wanted[k]], levels[t - 1], i => local[i]);
                sums[k] += term;
                parts[t] += weights[k] * term;
            }
        }

        return sums;
    }

    private double Expectation(double x0, NoiseLevel level, Func<int, double> value)
    {
        var (mean, variance, sum) = (level.Alpha * x0, level.Sigma * level.Sigma, 0.0);
        var end = Index(mean + (Band * level.Sigma), up: true);
        for (var i = Index(mean - (Band * level.Sigma), up: false); i <= end; i++) sum += Math.Exp(LogNormal(points[i], mean, variance)) * value(i);
        return sum * Spacing;
    }

    private (double Alpha, double Variance) Forward(int t)
    {
        var ratio = levels[t].Alpha / levels[t - 1].Alpha;
        return (ratio, (levels[t].Sigma * levels[t].Sigma) - (ratio * ratio * levels[t - 1].Sigma * levels[t - 1].Sigma));
    }

    private int Index(double x, bool up)
    {
        var place = Math.Clamp((x - points[0]) / Spacing, 0, points.Length - 1);
        return (int)(up ? Math.Ceiling(place) : Math.Floor(place));
    }

    private static double LogNormal(double x, double mean, double variance) =>
        -((x - mean) * (x - mean) / (2 * variance)) - (Math.Log(2 * Math.PI * variance) / 2);
}
