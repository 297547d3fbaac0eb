using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class BlockedAttentionTests
{
    [Theory]
    [InlineData(2, 64, 128, 16)]
    [InlineData(1, 256, 64, 1)]
    [InlineData(2, 300, 24, 3)]
    [InlineData(3, 1, 10, 2)]
    [InlineData(2, 5, 3, 1)]
    [InlineData(2, 37, 40, 2)]
    [InlineData(1, 16, 70, 1)]
    [InlineData(1, 256, 256, 1)]
    [InlineData(1, 1100, 3, 1)]
    [InlineData(1, 40, 520, 1)]
    public void Output_and_gradient_agree_with_double_loops_on_any_threads(int n, int tokens, int c, int heads)
    {
        var (qkv, dy) = (Compare.Normals(n * tokens * 3 * c, 1), Compare.Normals(n * tokens * c, 2));
        var scale = 1 / MathF.Sqrt((float)c / heads);
        var all = Compare.SameForAllThreads(p =>
        {
            var (y, dqkv) = (new Guarded(dy.Length), new Guarded(qkv.Length));
            BlockedAttention.Forward(qkv, y.Span, n, tokens, c, heads, scale, p);
            BlockedAttention.Gradient(qkv, dy, dqkv.Span, n, tokens, c, heads, scale, p);
            return [.. y.Checked(), .. dqkv.Checked()];
        });
        var (exact, exactGradient) = Slow(qkv, dy, n, tokens, c, heads, scale);
        Compare.Close(exact, all.AsSpan(0, exact.Length), 1e-6, "y");
        Compare.Close(exactGradient, all.AsSpan(exact.Length), 1e-6, "dqkv");
    }

    [Fact]
    public void Every_small_number_of_tokens_and_every_narrow_head_agrees_with_double_loops()
    {
        for (var tokens = 1; tokens <= 70; tokens++) AgreesWithDoubleLoops(tokens, tokens % 40 + 1);
        for (var width = 1; width <= 40; width++) AgreesWithDoubleLoops(33, width);
    }

    [Theory]
    [InlineData(64, 32, 4)]
    [InlineData(70, 24, 1)]
    [InlineData(300, 16, 2)]
    public void A_sample_gets_the_same_bytes_alone_and_in_a_batch(int tokens, int c, int heads)
    {
        const int Batch = 3;
        var (qkv, dy) = (Compare.Normals(Batch * tokens * 3 * c, 3), Compare.Normals(Batch * tokens * c, 4));
        var (y, dqkv, alone, gradient) = (new float[dy.Length], new float[qkv.Length], new float[tokens * c], new float[3 * tokens * c]);
        BlockedAttention.Forward(qkv, y, Batch, tokens, c, heads, 0.3f, Parallelism.Single);
        BlockedAttention.Gradient(qkv, dy, dqkv, Batch, tokens, c, heads, 0.3f, Parallelism.Single);
        for (var s = 0; s < Batch; s++)
        {
            BlockedAttention.Forward(qkv.AsSpan(s * gradient.Length, gradient.Length), alone, 1, tokens, c, heads, 0.3f, Parallelism.Single);
            BlockedAttention.Gradient(qkv.AsSpan(s * gradient.Length, gradient.Length), dy.AsSpan(s * alone.Length, alone.Length), gradient, 1, tokens, c, heads, 0.3f, Parallelism.Single);
            Assert.Equal(y[(s * alone.Length)..((s + 1) * alone.Length)], alone);
            Assert.Equal(dqkv[(s * gradient.Length)..((s + 1) * gradient.Length)], gradient);
        }
    }

    [Theory]
    [InlineData(20, 8)]
    [InlineData(600, 4)]
    [InlineData(1200, 2)]
    public void Scores_of_many_thousands_overflow_nowhere(int tokens, int width)
    {
        // Scores reach past 10⁴ either way: eˣ of them is no float, and nearly every query picks one key.
        var (qkv, dy) = (Compare.Normals(tokens * 3 * width, 5), Compare.Normals(tokens * width, 6));
        for (var i = 0; i < qkv.Length; i++)
            if (i / width % 3 < 2) qkv[i] = MathF.Round(qkv[i] * 64);
        var (y, dqkv) = (new float[dy.Length], new float[qkv.Length]);
        BlockedAttention.Forward(qkv, y, 1, tokens, width, 1, 1, Parallelism.Single);
        BlockedAttention.Gradient(qkv, dy, dqkv, 1, tokens, width, 1, 1, Parallelism.Single);
        var (exact, gradient) = Slow(qkv, dy, 1, tokens, width, 1, 1);
        Compare.Close(exact, y, 2e-3, "y");
        Compare.Close(gradient, dqkv, 2e-3, "dqkv");
    }

    [Fact]
    public void A_value_that_is_not_a_number_reaches_its_own_head_alone()
    {
        var qkv = Compare.Normals(40 * 3 * 4, 7);
        qkv[0] = float.NaN;
        var y = new float[40 * 4];
        BlockedAttention.Forward(qkv, y, 1, 40, 4, 2, 1, Parallelism.Single);
        Assert.True(float.IsNaN(y[0]) && float.IsNaN(y[1]));
        Assert.All(y.Where((_, i) => i >= 2), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Large_scores_do_not_overflow_and_a_clear_winner_is_copied()
    {
        // One channel; keys 0, 1000, 2000: the last token's value wins for positive queries.
        float[] qkv = [1, 0, 5, 1, 1000, 6, 1, 2000, 7];
        var y = new float[3];
        BlockedAttention.Forward(qkv, y, 1, 3, 1, 1, 1, Parallelism.Single);
        Assert.Equal([7f, 7f, 7f], y);
    }

    private static void AgreesWithDoubleLoops(int tokens, int width)
    {
        var (qkv, dy) = (Compare.Normals(tokens * 3 * width, (ulong)tokens), Compare.Normals(tokens * width, (ulong)width));
        var (y, dqkv) = (new Guarded(dy.Length), new Guarded(qkv.Length));
        var scale = 1 / MathF.Sqrt(width);
        BlockedAttention.Forward(qkv, y.Span, 1, tokens, width, 1, scale, Parallelism.Single);
        BlockedAttention.Gradient(qkv, dy, dqkv.Span, 1, tokens, width, 1, scale, Parallelism.Single);
        var (exact, gradient) = Slow(qkv, dy, 1, tokens, width, 1, scale);
        Compare.Close(exact, y.Checked(), 1e-6, $"y of {tokens} tokens, width {width}");
        Compare.Close(gradient, dqkv.Checked(), 1e-6, $"dqkv of {tokens} tokens, width {width}");
    }

    private static (double[] Y, double[] Gradient) Slow(float[] qkv, float[] dy, int n, int tokens, int c, int heads, double scale)
    {
        var (y, gradient) = (new double[dy.Length], new double[qkv.Length]);
        var d = c / heads;
        for (var s = 0; s < n; s++)
        {
            for (var h = 0; h < heads; h++)
            {
                int At(int part, int t, int k) => (((s * tokens) + t) * 3 * c) + (part * c) + (h * d) + k;
                int Out(int t, int k) => (((s * tokens) + t) * c) + (h * d) + k;
                for (var i = 0; i < tokens; i++)
                {
                    var p = new double[tokens];
                    for (var j = 0; j < tokens; j++)
                        for (var k = 0; k < d; k++) p[j] += scale * qkv[At(0, i, k)] * qkv[At(1, j, k)];
                    var largest = p.Max();
                    for (var j = 0; j < tokens; j++) p[j] = Math.Exp(p[j] - largest);
                    var total = p.Sum();
                    var dp = new double[tokens];
                    double mean = 0;
                    for (var j = 0; j < tokens; j++)
                    {
                        p[j] /= total;
                        for (var k = 0; k < d; k++)
                        {
                            y[Out(i, k)] += p[j] * qkv[At(2, j, k)];
                            dp[j] += dy[Out(i, k)] * (double)qkv[At(2, j, k)];
                            gradient[At(2, j, k)] += p[j] * dy[Out(i, k)];
                        }

                        mean += p[j] * dp[j];
                    }

                    for (var j = 0; j < tokens; j++)
                    {
                        var ds = scale * p[j] * (dp[j] - mean);
                        for (var k = 0; k < d; k++)
                        {
                            gradient[At(0, i, k)] += ds * qkv[At(1, j, k)];
                            gradient[At(1, j, k)] += ds * qkv[At(0, i, k)];
                        }
                    }
                }
            }
        }

        return (y, gradient);
    }
}
