using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <content>The gradients. With g = dy, or dy · silu′(γ x̂ + β), and m = P·C/G terms in a group:
/// <code>
/// dβ = Σ g        dγ = Σ g x̂        dx = (γ g − (1/m) Σ γ g − x̂ (1/m) Σ γ g x̂) / √(σ² + ε)
/// </code>
/// where the sums of dx run over the group.</content>
internal static unsafe partial class GroupNorm
{
    /// <summary>sums[n, 0, c] = Σₚ g and sums[n, 1, c] = Σₚ g x̂. Summed over samples they are the gradients of β and γ.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2] of <see cref="Statistics"/>.</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="dy">[N, P, C], gradient of the output.</param>
    /// <param name="sums">[N, 2, C].</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="silu">Whether SiLU followed.</param>
    /// <param name="p">The threads.</param>
    public static void GradientSums(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> stats,
        ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta,
        ReadOnlySpan<float> dy,
        Span<float> sums,
        int n,
        int positions,
        int c,
        int groups,
        bool silu,
        Parallelism p)
    {
        CheckGradient("GroupNorm.GradientSums", x, stats, gamma, beta, dy, sums, n, positions, c, groups);
        if (x.Length == 0) sums.Clear();
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, pd = dy, pr = sums)
        {
            var body = new GradientBody(px, ps, pg, pb, pd, null, pr, null, new GroupNormGrid(n, positions, c, groups), silu);
            p.For(body.Tiles, ref body);
        }
    }

    /// <summary>The gradient of x, and the sums on the way, while a sample is in the cache.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2] of <see cref="Statistics"/>.</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="dy">[N, P, C], gradient of the output.</param>
    /// <param name="residual">[N, P, C], added to the gradient; or empty.</param>
    /// <param name="sums">[N, 2, C] as of <see cref="GradientSums"/>, written.</param>
    /// <param name="dx">[N, P, C]; may be dy, and nothing else.</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="silu">Whether SiLU followed.</param>
    /// <param name="p">The threads.</param>
    public static void Gradient(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> stats,
        ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta,
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> residual,
        Span<float> sums,
        Span<float> dx,
        int n,
        int positions,
        int c,
        int groups,
        bool silu,
        Parallelism p)
    {
        CheckGradient("GroupNorm.Gradient", x, stats, gamma, beta, dy, sums, n, positions, c, groups);
        Guard.Length("GroupNorm.Gradient", nameof(dx), dx.Length, x.Length);
        if (residual.Length > 0) Guard.Length("GroupNorm.Gradient", nameof(residual), residual.Length, x.Length);
        if (x.Length == 0) sums.Clear();
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, pd = dy, pe = residual, pr = sums, pdx = dx)
        {
            var body = new GradientBody(px, ps, pg, pb, pd, pe, pr, pdx, new GroupNormGrid(n, positions, c, groups), silu);
            p.For(body.Tiles, ref body);
        }
    }

    private static void CheckGradient(
        string operation,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> stats,
        ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta,
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> sums,
        int n,
        int positions,
        int c,
        int groups)
    {
        CheckApply(operation, x, stats, gamma, beta, x, n, positions, c, groups);
        Guard.Length(operation, nameof(dy), dy.Length, x.Length);
        Guard.Length(operation, nameof(sums), sums.Length, 2L * n * c);
    }

    private readonly struct GradientBody(
        float* x,
        float* stats,
        float* gamma,
        float* beta,
        float* dy,
        float* residual,
        float* sums,
        float* dx,
        GroupNormGrid grid,
        bool silu) : ITileBody
    {
        public int Tiles => grid.Tiles;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var (first, end) = grid.Units(tile);
            for (var unit = first; unit < end; unit++)
            {
                var (sample, group, groups) = grid.Unit(unit);
                Unit(sample, group, groups);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Unit(int sample, int group, int groups)
        {
            var (first, columns, padded) = (group * grid.Width, groups * grid.Width, Scratch.Pad(groups * grid.Width));
            var mean = Scratch.Take((8 * padded) + (2 * groups));
            var slope = mean + padded;
            var plain = mean + (2 * padded);
            var scaled = mean + (3 * padded);
            var totals = (double*)(mean + (4 * padded));
            var scaledTotals = totals + padded;
            var means = (float*)(scaledTotals + padded);
            var source = stats + (2L * ((sample * grid.Groups) + group));
            Spread(source, 2, mean, groups, grid.Width);
            Spread(source + 1, 2, slope, groups, grid.Width);
            new Span<double>(totals, 2 * padded).Clear();
            var offset = ((long)sample * grid.Positions * grid.C) + first;

            // The slope of SiLU is computed once: g waits in dx for the second pass.
            var keep = silu && dx != null ? dx + offset : null;
            for (var row = 0; row < grid.Positions; row += ColumnSums.ChunkRows)
            {
                var at = (long)row * grid.C;
                new Span<float>(plain, 2 * padded).Clear();
                var rows = Math.Min(ColumnSums.ChunkRows, grid.Positions - row);
                var kept = keep == null ? null : keep + at;
                GroupNormLoops.GradientSums(
                    x + offset + at, dy + offset + at, kept, grid.C, rows, columns, mean, slope, gamma + first, beta + first, plain, scaled, silu);
                for (var k = 0; k < columns; k++)
                {
                    totals[k] += plain[k];
                    scaledTotals[k] += scaled[k];
                }
            }

            var result = sums + (2L * sample * grid.C) + first;
            for (var k = 0; k < columns; k++)
            {
                result[k] = (float)totals[k];
                result[grid.C + k] = (float)scaledTotals[k];
            }

            if (dx == null) return;
            Means(groups, first, totals, scaledTotals, means, plain, scaled);
            var g = keep == null ? dy + offset : keep;
            var added = residual == null ? null : residual + offset;
            GroupNormLoops.GradientInput(x + offset, g, added, dx + offset, grid.C, grid.Positions, columns, mean, slope, gamma + first, plain, scaled);
        }

        // The group's means of γ g and γ g x̂, in each of its channels.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Means(int groups, int first, double* totals, double* scaledTotals, float* means, float* plain, float* scaled)
        {
            var terms = (double)grid.Positions * grid.Width;
            for (var g = 0; g < groups; g++)
            {
                double a = 0, b = 0;
                for (var k = g * grid.Width; k < (g + 1) * grid.Width; k++)
                {
                    a += gamma[first + k] * totals[k];
                    b += gamma[first + k] * scaledTotals[k];
                }

                means[2 * g] = (float)(a / terms);
                means[(2 * g) + 1] = (float)(b / terms);
            }

            Spread(means, 2, plain, groups, grid.Width);
            Spread(means + 1, 2, scaled, groups, grid.Width);
        }
    }
}
