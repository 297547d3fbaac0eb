using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Group normalization on channels-last data, with an optional SiLU behind it.</summary>
/// <remarks>
/// <code>
/// x̂ = (x − μ) / √(σ² + ε)        μ, σ² over the positions and the C/G channels of a group of one sample
/// y = γ x̂ + β,  or silu(γ x̂ + β)
/// </code>
/// Wu and He 2018, arXiv:1803.08494, equation 1 and 2. With one group and one position this is layer normalization.
/// Sums are taken of x − s, with s the mean of some positions spread over the group, so a mean far larger than the spread does no harm (Chan,
/// Golub and LeVeque 1983, shifted data). Should the mean turn out more than four standard deviations from s, they are taken again with s the mean.
/// A sample's results do not depend on the other samples of the batch.
/// </remarks>
internal static unsafe partial class GroupNorm
{
    /// <summary>stats[n, g] = (mean, 1/√(variance + ε)), the variance with divisor P·C/G.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2].</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P: height times width.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="p">The threads.</param>
    public static void Statistics(ReadOnlySpan<float> x, Span<float> stats, int n, int positions, int c, int groups, float epsilon, Parallelism p)
    {
        Check("GroupNorm.Statistics", x, stats, n, positions, c, groups);
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats)
        {
            var body = new ForwardBody(px, ps, null, null, null, new GroupNormGrid(n, positions, c, groups), epsilon, false, true);
            p.For(body.Tiles, ref body);
        }
    }

    /// <summary>y = γ x̂ + β, or its SiLU.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2] of <see cref="Statistics"/>.</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="y">[N, P, C]; may be x.</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <param name="p">The threads.</param>
    public static void Apply(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> stats,
        ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta,
        Span<float> y,
        int n,
        int positions,
        int c,
        int groups,
        bool silu,
        Parallelism p)
    {
        CheckApply("GroupNorm.Apply", x, stats, gamma, beta, y, n, positions, c, groups);
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, py = y)
        {
            var body = new ForwardBody(px, ps, pg, pb, py, new GroupNormGrid(n, positions, c, groups), 0, silu, false);
            p.For(body.Tiles, ref body);
        }
    }

    /// <summary><see cref="Statistics"/> and <see cref="Apply"/> while a sample is in the cache.</summary>
    /// <param name="x">[N, P, C].</param>
    /// <param name="stats">[N, G, 2], written.</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="y">[N, P, C]; may be x.</param>
    /// <param name="n">Samples.</param>
    /// <param name="positions">P.</param>
    /// <param name="c">Channels.</param>
    /// <param name="groups">G, a divisor of c.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <param name="p">The threads.</param>
    public static void Forward(
        ReadOnlySpan<float> x,
        Span<float> stats,
        ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta,
        Span<float> y,
        int n,
        int positions,
        int c,
        int groups,
        float epsilon,
        bool silu,
        Parallelism p)
    {
        CheckApply("GroupNorm.Forward", x, stats, gamma, beta, y, n, positions, c, groups);
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, py = y)
        {
            var body = new ForwardBody(px, ps, pg, pb, py, new GroupNormGrid(n, positions, c, groups), epsilon, silu, true);
            p.For(body.Tiles, ref body);
        }
    }

    private static void Check(string operation, ReadOnlySpan<float> x, ReadOnlySpan<float> stats, int n, int positions, int c, int groups)
    {
        if (groups < 1 || c % groups != 0) throw new ArgumentException($"{operation}: {groups} groups do not divide {c} channels.", nameof(groups));
        Guard.Length(operation, nameof(x), x.Length, (long)n * positions * c);
        Guard.Length(operation, nameof(stats), stats.Length, 2L * n * groups);
    }

    private static void CheckApply(
        string operation,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> stats,
        ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta,
        ReadOnlySpan<float> y,
        int n,
        int positions,
        int c,
        int groups)
    {
        Check(operation, x, stats, n, positions, c, groups);
        Guard.Length(operation, nameof(gamma), gamma.Length, c);
        Guard.Length(operation, nameof(beta), beta.Length, c);
        Guard.Length(operation, nameof(y), y.Length, x.Length);
    }

    // Each group's number in each of its channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(float* perGroup, int stride, float* perChannel, int groups, int width)
    {
        for (var g = 0; g < groups; g++)
        {
            var value = perGroup[g * stride];
            if (width >= 16) new Span<float>(perChannel + (g * width), width).Fill(value);
            else
                for (var k = 0; k < width; k++) perChannel[(g * width) + k] = value;
        }
    }

    private readonly struct ForwardBody(
        float* x,
        float* stats,
        float* gamma,
        float* beta,
        float* y,
        GroupNormGrid grid,
        float epsilon,
        bool silu,
        bool measure) : ITileBody
    {
        public int Tiles => grid.Tiles;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var (first, end) = grid.Units(tile);
            for (var unit = first; unit < end; unit++)
            {
                var (sample, group, groups) = grid.Unit(unit);
                var (column, columns) = (group * grid.Width, groups * grid.Width);
                var source = x + ((long)sample * grid.Positions * grid.C) + column;
                var result = stats + (2L * ((sample * grid.Groups) + group));
                if (measure) Measure(source, groups, result);
                if (y == null) continue;
                var mean = Scratch.Take(2 * Scratch.Pad(columns));
                var slope = mean + Scratch.Pad(columns);
                Spread(result, 2, mean, groups, grid.Width);
                Spread(result + 1, 2, slope, groups, grid.Width);
                for (var k = 0; k < columns; k++) slope[k] *= gamma[column + k];
                GroupNormLoops.Apply(source, y + (source - x), grid.C, grid.Positions, columns, mean, slope, beta + column, silu);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Measure(float* source, int groups, float* result)
        {
            var (width, columns) = (grid.Width, groups * grid.Width);
            var padded = Scratch.Pad(columns);

            // Rows of floats and of doubles per channel, then the shifts per group.
            var shift = Scratch.Take((7 * padded) + groups);
            var sums = shift + padded;
            var squares = sums + padded;
            var totals = (double*)(squares + padded);
            var squareTotals = totals + padded;
            var shifts = (float*)(squareTotals + padded);
            var sampled = Math.Min(grid.Positions, Math.Clamp(grid.Positions / 16, 16, ColumnSums.ChunkRows));
            new Span<float>(sums, 2 * padded).Clear();
            GroupNormLoops.Deviations(source, grid.C * (grid.Positions / sampled), sampled, columns, null, sums, squares);
            for (var g = 0; g < groups; g++)
            {
                double sum = 0;
                for (var k = g * width; k < (g + 1) * width; k++) sum += sums[k];
                shifts[g] = (float)(sum / ((double)sampled * width));
            }

            for (var again = false; ; again = true)
            {
                Spread(shifts, 1, shift, groups, width);
                Sum(source, columns, shift, sums, squares, totals, squareTotals);
                if (!Conclude(groups, shifts, totals, squareTotals, result) || again) return;
            }
        }

        // Sums of x − s and of its square for each channel, in runs of rows joined in double.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Sum(float* source, int columns, float* shift, float* sums, float* squares, double* totals, double* squareTotals)
        {
            var padded = Scratch.Pad(columns);
            new Span<double>(totals, 2 * padded).Clear();
            for (var row = 0; row < grid.Positions; row += ColumnSums.ChunkRows)
            {
                new Span<float>(sums, 2 * padded).Clear();
                var rows = Math.Min(ColumnSums.ChunkRows, grid.Positions - row);
                GroupNormLoops.Deviations(source + ((long)row * grid.C), grid.C, rows, columns, shift, sums, squares);
                for (var k = 0; k < columns; k++)
                {
                    totals[k] += sums[k];
                    squareTotals[k] += squares[k];
                }
            }
        }

        // Writes the statistics; whether some group's shift was too far from its mean, in which case the shifts are now the means.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private bool Conclude(int groups, float* shifts, double* totals, double* squareTotals, float* result)
        {
            var far = false;
            var terms = (double)grid.Positions * grid.Width;
            for (var g = 0; g < groups; g++)
            {
                double sum = 0, square = 0;
                for (var k = g * grid.Width; k < (g + 1) * grid.Width; k++)
                {
                    sum += totals[k];
                    square += squareTotals[k];
                }

                var offset = sum / terms;
                var variance = Math.Max((square / terms) - (offset * offset), 0);
                far |= offset * offset > 16 * variance;
                result[2 * g] = (float)(shifts[g] + offset);
                result[(2 * g) + 1] = (float)(1 / Math.Sqrt(variance + epsilon));
                shifts[g] = result[2 * g];
            }

            return far;
        }
    }
}
