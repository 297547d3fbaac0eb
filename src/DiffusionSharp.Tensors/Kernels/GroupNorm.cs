using System.Numerics.Tensors;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Group normalization on channels-last data, with an optional SiLU behind it.</summary>
/// <remarks>
/// <code>
/// x̂ = (x − μ) / √(σ² + ε)        μ, σ² over the positions and the C/G channels of a group of one sample
/// y = γ x̂ + β,  or silu(γ x̂ + β)
/// </code>
/// Wu and He 2018, arXiv:1803.08494, equation 1 and 2. With one group and one position this is layer normalization.
/// The variance is taken in two passes over cache-sized pieces joined in double (Chan, Golub and LeVeque 1979), so a mean
/// far larger than the spread does no harm. A sample's results do not depend on the other samples of the batch.
/// </remarks>
public static unsafe partial class GroupNorm
{
    private const int TileLength = 16384, PieceLength = 4096;

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
            var body = new StatisticsBody(px, ps, new Grid(n, positions, c, groups), epsilon);
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
    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> stats, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, Span<float> y, int n, int positions, int c, int groups, bool silu, Parallelism p)
    {
        Check("GroupNorm.Apply", x, stats, n, positions, c, groups);
        Guard.Length("GroupNorm.Apply", nameof(gamma), gamma.Length, c);
        Guard.Length("GroupNorm.Apply", nameof(beta), beta.Length, c);
        Guard.Length("GroupNorm.Apply", nameof(y), y.Length, x.Length);
        if (x.Length == 0) return;
        fixed (float* px = x, ps = stats, pg = gamma, pb = beta, py = y)
        {
            var body = new ApplyBody(px, ps, pg, pb, py, new Grid(n, positions, c, groups), silu);
            p.For(body.Tiles, ref body);
        }
    }

    private static void Check(string operation, ReadOnlySpan<float> x, ReadOnlySpan<float> stats, int n, int positions, int c, int groups)
    {
        if (groups < 1 || c % groups != 0) throw new ArgumentException($"{operation}: {groups} groups do not divide {c} channels.", nameof(groups));
        Guard.Length(operation, nameof(x), x.Length, (long)n * positions * c);
        Guard.Length(operation, nameof(stats), stats.Length, 2L * n * groups);
    }

    // Each group's number in each of its channels.
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

    /// <summary>How the work is cut. No sum crosses a tile, so the cut may follow the number of samples.</summary>
    private readonly struct Grid
    {
        public readonly int N, Positions, C, Groups, Width, StripeGroups, Stripes, StripesPerTile, Rows, RowTiles, RowSamples;

        public Grid(int n, int positions, int c, int groups)
        {
            (N, Positions, C, Groups, Width) = (n, positions, c, groups, c / groups);

            // For sums: whole samples, cut by groups of channels only when samples are too few for threads.
            StripeGroups = n >= 8 ? groups : Math.Min(groups, Tiling.Ceiling(64, Width));
            Stripes = Tiling.Ceiling(groups, StripeGroups);
            StripesPerTile = (int)Math.Max(TileLength / ((long)positions * StripeGroups * Width), 1);

            // For element-wise passes: some rows of one sample, or several small samples.
            Rows = Math.Min(positions, Tiling.RowsPerTile(c, TileLength));
            RowTiles = Tiling.Ceiling(positions, Rows);
            RowSamples = RowTiles > 1 ? 1 : (int)Math.Max(TileLength / ((long)positions * c), 1);
        }

        public int SumTiles => Tiling.Ceiling(N * Stripes, StripesPerTile);

        public int PassTiles => RowTiles > 1 ? N * RowTiles : Tiling.Ceiling(N, RowSamples);
    }

    private readonly struct StatisticsBody(float* x, float* stats, Grid grid, float epsilon) : ITileBody
    {
        public int Tiles => grid.SumTiles;

        public void Run(int tile)
        {
            var end = Math.Min((tile + 1) * grid.StripesPerTile, grid.N * grid.Stripes);
            for (var unit = tile * grid.StripesPerTile; unit < end; unit++)
            {
                var (sample, stripe) = Math.DivRem(unit, grid.Stripes);
                var group = stripe * grid.StripeGroups;
                var groups = Math.Min(grid.StripeGroups, grid.Groups - group);
                Sample(x + ((long)sample * grid.Positions * grid.C) + (group * grid.Width), groups, stats + (2 * ((sample * grid.Groups) + group)));
            }
        }

        private void Sample(float* source, int groups, float* result)
        {
            var (width, columns) = (grid.Width, groups * grid.Width);

            // Three rows of floats per channel, then count-weighted mean and sum of squared deviations per group.
            var shift = Scratch.Take((3 * Scratch.Pad(columns)) + (4 * groups) + 16);
            var sums = shift + Scratch.Pad(columns);
            var squares = sums + Scratch.Pad(columns);
            var means = (double*)(squares + Scratch.Pad(columns));
            var deviations = means + groups;
            // By all channels, not by the stripe's: the stripe follows the number of samples, the result must not.
            var pieceRows = Math.Clamp(PieceLength / grid.C, 1, ColumnSums.ChunkRows);
            double count = 0;
            for (var row = 0; row < grid.Positions; row += pieceRows)
            {
                var rows = Math.Min(pieceRows, grid.Positions - row);
                var piece = source + ((long)row * grid.C);
                var terms = (double)rows * width;
                GroupNormLoops.Sums(piece, grid.C, rows, columns, sums);
                for (var g = 0; g < groups; g++) squares[g] = (float)(Total(sums + (g * width), width) / terms);
                Spread(squares, 1, shift, groups, width);
                GroupNormLoops.Deviations(piece, grid.C, rows, columns, shift, sums, squares);
                for (var g = 0; g < groups; g++)
                {
                    // The shift is the piece's mean rounded to float32; what is left of the deviations corrects it.
                    var left = Total(sums + (g * width), width);
                    var mean = shift[g * width] + (left / terms);
                    var deviation = Total(squares + (g * width), width) - (left * left / terms);
                    if (row == 0)
                    {
                        means[g] = mean;
                        deviations[g] = deviation;
                        continue;
                    }

                    var delta = mean - means[g];
                    means[g] += delta * (terms / (count + terms));
                    deviations[g] += deviation + (delta * delta * (count * terms / (count + terms)));
                }

                count += terms;
            }

            for (var g = 0; g < groups; g++)
            {
                result[2 * g] = (float)means[g];
                result[(2 * g) + 1] = (float)(1 / Math.Sqrt((Math.Max(deviations[g], 0) / count) + epsilon));
            }
        }

        private static double Total(float* values, int n)
        {
            if (n >= 32) return ColumnSums.Row(values, n);
            double sum = 0;
            for (var i = 0; i < n; i++) sum += values[i];
            return sum;
        }
    }

    private readonly struct ApplyBody(float* x, float* stats, float* gamma, float* beta, float* y, Grid grid, bool silu) : ITileBody
    {
        public int Tiles => grid.PassTiles;

        public void Run(int tile)
        {
            var c = grid.C;
            var mean = Scratch.Take(2 * Scratch.Pad(c));
            var slope = mean + Scratch.Pad(c);
            var sample = grid.RowTiles > 1 ? tile / grid.RowTiles : tile * grid.RowSamples;
            var end = Math.Min(sample + grid.RowSamples, grid.N);
            var row = grid.RowTiles > 1 ? tile % grid.RowTiles * grid.Rows : 0;
            var rows = Math.Min(grid.Rows, grid.Positions - row);
            for (; sample < end; sample++)
            {
                var source = stats + (2L * sample * grid.Groups);
                Spread(source, 2, mean, grid.Groups, grid.Width);
                Spread(source + 1, 2, slope, grid.Groups, grid.Width);
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(slope, c), new ReadOnlySpan<float>(gamma, c), new Span<float>(slope, c));
                var offset = (((long)sample * grid.Positions) + row) * c;
                GroupNormLoops.Apply(x + offset, y + offset, rows, c, mean, slope, beta, silu);
            }
        }
    }
}
