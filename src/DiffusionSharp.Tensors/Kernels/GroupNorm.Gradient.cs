namespace DiffusionSharp.Tensors.Kernels;

/// <content>The gradients. With g = dy, or dy · silu′(γ x̂ + β), and m = P·C/G terms in a group:
/// <code>
/// dβ = Σ g        dγ = Σ g x̂        dx = (γ g − (1/m) Σ γ g − x̂ (1/m) Σ γ g x̂) / √(σ² + ε)
/// </code>
/// where the sums of dx run over the group.</content>
public static unsafe partial class GroupNorm
{
    /// <summary>sums[n, c] = (Σₚ g, Σₚ g x̂). Summed over samples they are the gradients of β and γ.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2] of <see cref="Statistics"/>.</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="dy">[N, P, C], gradient of the output.</param>
    /// <param name="sums">[N, C, 2].</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="silu">Whether SiLU followed.</param>
    /// <param name="p">The threads.</param>
    public static void GradientSums(ReadOnlySpan<float> x, ReadOnlySpan<float> stats, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> dy, Span<float> sums, int n, int positions, int c, int groups, bool silu, Parallelism p)
    {
        CheckGradient("GroupNorm.GradientSums", x, stats, gamma, beta, dy, sums, n, positions, c, groups);
        if (x.Length == 0) sums.Clear();
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, pd = dy, pr = sums)
        {
            var body = new SumsBody(px, ps, pg, pb, pd, pr, new Grid(n, positions, c, groups), silu);
            p.For(body.Tiles, ref body);
        }
    }

    /// <summary>The gradient of x.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2] of <see cref="Statistics"/>.</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="dy">[N, P, C], gradient of the output.</param>
    /// <param name="sums">[N, C, 2] of <see cref="GradientSums"/>.</param>
    /// <param name="dx">[N, P, C]; may be dy.</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="silu">Whether SiLU followed.</param>
    /// <param name="p">The threads.</param>
    public static void GradientInput(ReadOnlySpan<float> x, ReadOnlySpan<float> stats, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> dy, ReadOnlySpan<float> sums, Span<float> dx, int n, int positions, int c, int groups, bool silu, Parallelism p)
    {
        CheckGradient("GroupNorm.GradientInput", x, stats, gamma, beta, dy, sums, n, positions, c, groups);
        Guard.Length("GroupNorm.GradientInput", nameof(dx), dx.Length, x.Length);
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, pd = dy, pr = sums, pdx = dx)
        {
            var body = new InputBody(px, ps, pg, pb, pd, pr, pdx, new Grid(n, positions, c, groups), silu);
            p.For(body.Tiles, ref body);
        }
    }

    private static void CheckGradient(string operation, ReadOnlySpan<float> x, ReadOnlySpan<float> stats, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> dy, ReadOnlySpan<float> sums, int n, int positions, int c, int groups)
    {
        Check(operation, x, stats, n, positions, c, groups);
        Guard.Length(operation, nameof(gamma), gamma.Length, c);
        Guard.Length(operation, nameof(beta), beta.Length, c);
        Guard.Length(operation, nameof(dy), dy.Length, x.Length);
        Guard.Length(operation, nameof(sums), sums.Length, 2L * n * c);
    }

    private readonly struct SumsBody(float* x, float* stats, float* gamma, float* beta, float* dy, float* sums, Grid grid, bool silu) : ITileBody
    {
        public int Tiles => grid.SumTiles;

        public void Run(int tile)
        {
            var end = Math.Min((tile + 1) * grid.StripesPerTile, grid.N * grid.Stripes);
            for (var unit = tile * grid.StripesPerTile; unit < end; unit++)
            {
                var (sample, stripe) = Math.DivRem(unit, grid.Stripes);
                var group = stripe * grid.StripeGroups;
                Sample(sample, group, Math.Min(grid.StripeGroups, grid.Groups - group));
            }
        }

        private void Sample(int sample, int group, int groups)
        {
            var (first, columns) = (group * grid.Width, groups * grid.Width);
            var padded = Scratch.Pad(columns);
            var mean = Scratch.Take(8 * padded);
            var slope = mean + padded;
            var plain = mean + (2 * padded);
            var scaled = mean + (3 * padded);
            var totals = (double*)(mean + (4 * padded));
            var source = stats + (2L * ((sample * grid.Groups) + group));
            Spread(source, 2, mean, groups, grid.Width);
            Spread(source + 1, 2, slope, groups, grid.Width);
            var offset = ((long)sample * grid.Positions * grid.C) + first;
            var result = sums + (2L * ((sample * grid.C) + first));
            var single = grid.Positions <= ColumnSums.ChunkRows;
            if (!single) new Span<double>(totals, 2 * columns).Clear();
            for (var row = 0; row < grid.Positions; row += ColumnSums.ChunkRows)
            {
                var rows = Math.Min(ColumnSums.ChunkRows, grid.Positions - row);
                var at = offset + ((long)row * grid.C);
                GroupNormLoops.GradientSums(x + at, dy + at, grid.C, rows, columns, mean, slope, gamma + first, beta + first, plain, scaled, silu);
                if (single) break;
                for (var k = 0; k < columns; k++)
                {
                    totals[2 * k] += plain[k];
                    totals[(2 * k) + 1] += scaled[k];
                }
            }

            if (!single)
            {
                for (var k = 0; k < 2 * columns; k++) result[k] = (float)totals[k];
                return;
            }

            for (var k = 0; k < columns; k++)
            {
                result[2 * k] = plain[k];
                result[(2 * k) + 1] = scaled[k];
            }
        }
    }

    private readonly struct InputBody(float* x, float* stats, float* gamma, float* beta, float* dy, float* sums, float* dx, Grid grid, bool silu) : ITileBody
    {
        public int Tiles => grid.PassTiles;

        public void Run(int tile)
        {
            var (c, width) = (grid.C, grid.Width);
            var padded = Scratch.Pad(c);
            var mean = Scratch.Take((4 * padded) + (2 * grid.Groups));
            var slope = mean + padded;
            var plain = mean + (2 * padded);
            var scaled = mean + (3 * padded);
            var means = mean + (4 * padded);
            var sample = grid.RowTiles > 1 ? tile / grid.RowTiles : tile * grid.RowSamples;
            var end = Math.Min(sample + grid.RowSamples, grid.N);
            var row = grid.RowTiles > 1 ? tile % grid.RowTiles * grid.Rows : 0;
            var rows = Math.Min(grid.Rows, grid.Positions - row);
            for (; sample < end; sample++)
            {
                var source = stats + (2L * sample * grid.Groups);
                var channelSums = sums + (2L * sample * c);
                for (var g = 0; g < grid.Groups; g++)
                {
                    // Two chains each, since one addition waits for the last.
                    double a0 = 0, b0 = 0, a1 = 0, b1 = 0;
                    var k = g * width;
                    for (; k + 1 < (g + 1) * width; k += 2)
                    {
                        a0 += (double)gamma[k] * channelSums[2 * k];
                        b0 += (double)gamma[k] * channelSums[(2 * k) + 1];
                        a1 += (double)gamma[k + 1] * channelSums[(2 * k) + 2];
                        b1 += (double)gamma[k + 1] * channelSums[(2 * k) + 3];
                    }

                    if (k < (g + 1) * width)
                    {
                        a0 += (double)gamma[k] * channelSums[2 * k];
                        b0 += (double)gamma[k] * channelSums[(2 * k) + 1];
                    }

                    var (a, b) = (a0 + a1, b0 + b1);
                    var terms = (double)grid.Positions * width;
                    means[2 * g] = (float)(a / terms);
                    means[(2 * g) + 1] = (float)(b / terms);
                }

                Spread(source, 2, mean, grid.Groups, width);
                Spread(source + 1, 2, slope, grid.Groups, width);
                Spread(means, 2, plain, grid.Groups, width);
                Spread(means + 1, 2, scaled, grid.Groups, width);
                var offset = (((long)sample * grid.Positions) + row) * c;
                GroupNormLoops.GradientInput(x + offset, dy + offset, dx + offset, rows, c, mean, slope, gamma, beta, plain, scaled, silu);
            }
        }
    }
}
