using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Multi-head self-attention over packed queries, keys and values, and its gradient.</summary>
/// <remarks>
/// <code>
/// P = softmax(scale · Q Kᵀ)        Y = P V                        for every sample and head
/// dV = Pᵀ dY        dP = dY Vᵀ        dS = P ∘ (dP − rowsum(dP ∘ P))        dQ = scale · dS K        dK = scale · dSᵀ Q
/// </code>
/// Vaswani et al. 2017, arXiv:1706.03762, equation 1; block by block with a running largest score and sum, as in Dao et al. 2022,
/// arXiv:2205.14135, Algorithm 1 and 4: no T×T matrix is kept, and the gradient computes P again.
/// Lanes lie across queries at every width of a head: scores are held transposed, [keys, queries], so that the softmax
/// of a lane's query needs nothing from other lanes, and a head of 8 channels fills a register of 16 floats.
/// Scores are in units of ln 2 (Q is packed times scale · log₂ e), since 2ˣ is cheaper than eˣ.
/// </remarks>
internal static unsafe partial class BlockedAttention
{
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
        Check("Attention.Forward", nameof(y), qkv.Length, y.Length, n, tokens, c, heads);
        if (y.Length == 0) return;
        fixed (float* pq = qkv, py = y)
        {
            var body = new ForwardBody(pq, py, tokens, c, heads, scale);
            p.For(n * heads * Tiling.Ceiling(tokens, ForwardBody.TileQueries), ref body);
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
    public static void Gradient(
        ReadOnlySpan<float> qkv,
        ReadOnlySpan<float> dy,
        Span<float> dqkv,
        int n,
        int tokens,
        int c,
        int heads,
        float scale,
        Parallelism p)
    {
        Check("Attention.Gradient", nameof(dy), qkv.Length, dy.Length, n, tokens, c, heads);
        Guard.Length("Attention.Gradient", nameof(dqkv), dqkv.Length, qkv.Length);
        if (dy.Length == 0) return;
        fixed (float* pq = qkv, pd = dy, pr = dqkv)
        {
            var body = new GradientBody(pq, pd, pr, tokens, c, heads, scale);
            p.For(n * heads, ref body);
        }
    }

    private static void Check(string operation, string operand, int packed, int plain, int n, int tokens, int c, int heads)
    {
        if (heads < 1 || c % heads != 0) throw new ArgumentException($"{operation}: {heads} heads do not divide {c} channels.", nameof(heads));
        Guard.Length(operation, "qkv", packed, 3L * n * tokens * c);
        Guard.Length(operation, operand, plain, (long)n * tokens * c);
    }

    // Floats of a row of packed keys or values: whole registers, and never so that a dozen rows fall into one set of the cache.
    private static int Pitch(int width) => width <= 8 ? 8 : Scratch.Pad(width) + (width % 512 == 0 ? 16 : 0);

    // Heads of few channels have keys and values packed [width, tokens] where they meet a panel of queries: rows of so few floats
    // cost the micro-kernel more in pointers than in products.
    private static bool IsNarrow(int width) => width <= 32;

    private static int ColumnPitch(int tokens) => Scratch.Pad(tokens) + (Scratch.Pad(tokens) % 512 == 0 ? 16 : 0);

    // The next stretch of scratch.
    private static float* Cut(ref float* scratch, long length)
    {
        var start = scratch;
        scratch += (length + 15) & ~15L;
        return start;
    }

    // A panel of queries with lanes across them: [width, panel], zeros past the last query.
    private static void PackPanel(float* source, long stride, float* panel, int queries, int width, float factor)
    {
        var lanes = MicroKernel.Panel;
        if (queries < lanes) new Span<float>(panel, width * lanes).Clear();
        Movement.Matrix(source, stride, panel, lanes, width, queries);
        if (factor != 1) AttentionLoops.Scale(panel, width * lanes, factor);
    }

    // c[rows, a panel] = a · b, row r of a at table[r] + offset.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByRows(float** table, nint offset, int rows, int columns, int depth, float* b, nint ldb, float* c, nint ldc, bool add)
    {
        for (var r = 0; r < rows;)
        {
            var height = MicroKernel.TileRows(rows - r);
            for (var k = 0; k < depth; k += MicroKernel.DepthBlock)
            {
                var run = Math.Min(MicroKernel.DepthBlock, depth - k);
                MicroKernel.Rows(height, columns, table + r, 0, offset + k, 1, run, b + (k * ldb), ldb, c + (r * ldc), ldc, add || k > 0);
            }

            r += height;
        }
    }

    // c[rows, a panel] = aᵀ · b, column k of aᵀ at a + k · lda.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByColumns(float* a, nint lda, int rows, int columns, int depth, float* b, nint ldb, float* c, nint ldc, bool add)
    {
        for (var r = 0; r < rows;)
        {
            var height = MicroKernel.TileRows(rows - r);
            for (var k = 0; k < depth; k += MicroKernel.DepthBlock)
            {
                var run = Math.Min(MicroKernel.DepthBlock, depth - k);
                MicroKernel.Columns(height, columns, a + (k * lda) + r, lda, run, b + (k * ldb), ldb, c + (r * ldc), ldc, add || k > 0);
            }

            r += height;
        }
    }
}
