using System.Numerics.Tensors;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Multi-head self-attention over packed queries, keys and values, and its gradient.</summary>
/// <remarks>
/// <code>
/// P = softmax(scale · Q Kᵀ)        Y = P V                        for every sample and head
/// dV = Pᵀ dY        dP = dY Vᵀ        dS = P ∘ (dP − rowsum(dP ∘ P))        dQ = scale · dS K        dK = scale · dSᵀ Q
/// </code>
/// Vaswani et al. 2017, arXiv:1706.03762, equation 1. The gradient computes P again, a few query rows at a time, so that no T×T matrix is kept.
/// </remarks>
public static unsafe class Attention
{
    // Query rows that share scratch, and query rows of one forward tile.
    private const int RowBlock = 32, TileRows = 128;

    /// <summary>Y for every head, side by side in the channels.</summary>
    /// <param name="qkv">[n, tokens, 3c]: queries, keys, values; a head's channels are c/heads in a row.</param>
    /// <param name="y">[n, tokens, c].</param>
    /// <param name="n">Samples.</param>
    /// <param name="tokens">T.</param>
    /// <param name="c">Channels.</param>
    /// <param name="heads">Heads, a divisor of c.</param>
    /// <param name="scale">Factor of the scores; 1/√(c/heads) by custom.</param>
    /// <param name="p">The threads.</param>
    public static void Forward(ReadOnlySpan<float> qkv, Span<float> y, int n, int tokens, int c, int heads, float scale, Parallelism p)
    {
        Check("Attention.Forward", qkv.Length, y.Length, n, tokens, c, heads);
        if (y.Length == 0) return;
        fixed (float* pq = qkv, py = y)
        {
            var body = new ForwardBody(pq, py, tokens, c, heads, scale);
            p.For(n * heads * Tiling.Ceiling(tokens, TileRows), ref body);
        }
    }

    /// <summary>The gradient of queries, keys and values.</summary>
    /// <param name="qkv">[n, tokens, 3c], as given to <see cref="Forward"/>.</param>
    /// <param name="dy">[n, tokens, c], gradient of the output.</param>
    /// <param name="dqkv">[n, tokens, 3c]; must not overlap the others.</param>
    /// <param name="n">Samples.</param>
    /// <param name="tokens">T.</param>
    /// <param name="c">Channels.</param>
    /// <param name="heads">Heads, a divisor of c.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="p">The threads.</param>
    public static void Gradient(ReadOnlySpan<float> qkv, ReadOnlySpan<float> dy, Span<float> dqkv, int n, int tokens, int c, int heads, float scale, Parallelism p)
    {
        Check("Attention.Gradient", qkv.Length, dy.Length, n, tokens, c, heads);
        Guard.Length("Attention.Gradient", nameof(dqkv), dqkv.Length, qkv.Length);
        if (dy.Length == 0) return;
        fixed (float* pq = qkv, pd = dy, pr = dqkv)
        {
            var body = new GradientBody(pq, pd, pr, tokens, c, heads, scale);
            p.For(n * heads, ref body);
        }
    }

    private static void Check(string operation, int packed, int plain, int n, int tokens, int c, int heads)
    {
        if (heads < 1 || c % heads != 0) throw new ArgumentException($"{operation}: {heads} heads do not divide {c} channels.", nameof(heads));
        Guard.Length(operation, "qkv", packed, 3L * n * tokens * c);
        Guard.Length(operation, "y", plain, (long)n * tokens * c);
    }

    // rows×width out of rows of a longer stride, padded with zeros to a width that SmallProduct takes.
    private static void Pack(float* source, long stride, float* destination, int rows, int width, int padded, float scale)
    {
        for (var r = 0; r < rows; r++)
        {
            var row = new Span<float>(destination + ((long)r * padded), padded);
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(source + (r * stride), width), scale, row);
            row[width..].Clear();
        }
    }

    private static void PackTransposed(float* source, long stride, float* destination, int rows, int width, int padded, float scale)
    {
        Movement.Matrix(source, stride, destination, padded, width, rows);
        for (var k = 0; k < width; k++)
        {
            var row = destination + ((long)k * padded);
            if (scale != 1) TensorPrimitives.Multiply(new ReadOnlySpan<float>(row, rows), scale, new Span<float>(row, rows));
            new Span<float>(row + rows, padded - rows).Clear();
        }
    }

    private readonly struct ForwardBody(float* qkv, float* y, int tokens, int c, int heads, float scale) : ITileBody
    {
        public void Run(int tile)
        {
            var d = c / heads;
            var blocks = Tiling.Ceiling(tokens, TileRows);
            var (sampleHead, part) = Math.DivRem(tile, blocks);
            var (sample, head) = Math.DivRem(sampleHead, heads);
            var (wideT, wideD) = (SmallProduct.Pad(tokens), SmallProduct.Pad(d));
            var keys = Scratch.Take((d * wideT) + (tokens * wideD) + (RowBlock * wideT) + (RowBlock * wideD) + 64);
            var values = keys + Scratch.Pad(d * wideT);
            var scores = values + Scratch.Pad(tokens * wideD);
            var result = scores + (RowBlock * wideT);
            var scales = stackalloc float[RowBlock];
            var source = qkv + ((long)sample * tokens * 3 * c) + (head * d);
            var target = y + ((long)sample * tokens * c) + (head * d);
            PackTransposed(source + c, 3L * c, keys, tokens, d, wideT, scale);
            Pack(source + (2 * c), 3L * c, values, tokens, d, wideD, 1);
            var end = Math.Min((part + 1) * TileRows, tokens);
            for (var row = part * TileRows; row < end; row += RowBlock)
            {
                var rows = Math.Min(RowBlock, end - row);
                SmallProduct.Multiply(source + (row * 3L * c), 3L * c, 1, keys, scores, rows, d, wideT, add: false);
                for (var r = 0; r < rows; r++) scales[r] = Softmax.Exponentials(scores + (r * wideT), scores + (r * wideT), tokens);
                SmallProduct.Multiply(scores, wideT, 1, values, result, rows, tokens, wideD, add: false);
                for (var r = 0; r < rows; r++)
                    TensorPrimitives.Multiply(new ReadOnlySpan<float>(result + (r * wideD), d), scales[r], new Span<float>(target + ((row + r) * (long)c), d));
            }
        }
    }

    private readonly struct GradientBody(float* qkv, float* dy, float* dqkv, int tokens, int c, int heads, float scale) : ITileBody
    {
        public void Run(int tile)
        {
            var d = c / heads;
            var (sample, head) = Math.DivRem(tile, heads);
            var (wideT, wideD) = (SmallProduct.Pad(tokens), SmallProduct.Pad(d));
            var (packed, transposed) = (Scratch.Pad(tokens * wideD), Scratch.Pad(d * wideT));
            var keysT = Scratch.Take((2 * transposed) + (3 * packed) + (2 * RowBlock * wideT) + (3 * RowBlock * wideD));
            var valuesT = keysT + transposed;
            var keys = valuesT + transposed;
            var dKeys = keys + packed;
            var dValues = dKeys + packed;
            var probabilities = dValues + packed;
            var dScores = probabilities + (RowBlock * wideT);
            var queryRows = dScores + (RowBlock * wideT);
            var dyRows = queryRows + (RowBlock * wideD);
            var dQueryRows = dyRows + (RowBlock * wideD);

            var stride = 3L * c;
            var source = qkv + (sample * tokens * stride) + (head * d);
            var upstream = dy + ((long)sample * tokens * c) + (head * d);
            var target = dqkv + (sample * tokens * stride) + (head * d);
            PackTransposed(source + c, stride, keysT, tokens, d, wideT, scale);
            PackTransposed(source + (2 * c), stride, valuesT, tokens, d, wideT, 1);
            Pack(source + c, stride, keys, tokens, d, wideD, scale);
            new Span<float>(dKeys, 2 * packed).Clear();
            for (var row = 0; row < tokens; row += RowBlock)
            {
                var rows = Math.Min(RowBlock, tokens - row);
                Pack(source + (row * stride), stride, queryRows, rows, d, wideD, scale);
                Pack(upstream + ((long)row * c), c, dyRows, rows, d, wideD, 1);
                SmallProduct.Multiply(source + (row * stride), stride, 1, keysT, probabilities, rows, d, wideT, add: false);
                SmallProduct.Multiply(dyRows, wideD, 1, valuesT, dScores, rows, d, wideT, add: false);
                for (var r = 0; r < rows; r++) SoftmaxGradient(probabilities + (r * wideT), dScores + (r * wideT));
                SmallProduct.Multiply(dScores, wideT, 1, keys, dQueryRows, rows, tokens, wideD, add: false);
                for (var r = 0; r < rows; r++) new ReadOnlySpan<float>(dQueryRows + (r * wideD), d).CopyTo(new Span<float>(target + ((row + r) * stride), d));

                // Transposed left sides: element (token, query row) stands at column stride wideT.
                SmallProduct.Multiply(probabilities, 1, wideT, dyRows, dValues, tokens, rows, wideD, add: true);
                SmallProduct.Multiply(dScores, 1, wideT, queryRows, dKeys, tokens, rows, wideD, add: true);
            }

            for (var t = 0; t < tokens; t++)
            {
                new ReadOnlySpan<float>(dKeys + ((long)t * wideD), d).CopyTo(new Span<float>(target + (t * stride) + c, d));
                new ReadOnlySpan<float>(dValues + ((long)t * wideD), d).CopyTo(new Span<float>(target + (t * stride) + (2 * c), d));
            }
        }

        private void SoftmaxGradient(float* p, float* dp)
        {
            var row = new Span<float>(p, tokens);
            var gradient = new Span<float>(dp, tokens);
            TensorPrimitives.Multiply(row, Softmax.Exponentials(p, p, tokens), row);
            var mean = TensorPrimitives.Dot(row, gradient);
            TensorPrimitives.Subtract(gradient, mean, gradient);
            TensorPrimitives.Multiply(gradient, row, gradient);
        }
    }
}
