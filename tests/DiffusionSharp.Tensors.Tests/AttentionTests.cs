using DiffusionSharp.Tensors.Kernels;

namespace DiffusionSharp.Tensors.Tests;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(2, 64, 128, 16)]
    [InlineData(1, 256, 64, 1)]
    [InlineData(2, 300, 24, 3)]
    [InlineData(3, 1, 10, 2)]
    [InlineData(2, 5, 3, 1)]
    [InlineData(2, 37, 40, 2)]
    [InlineData(1, 16, 70, 1)]
    public void Output_and_gradient_agree_with_double_loops_on_any_threads(int n, int tokens, int c, int heads)
    {
        var (qkv, dy) = (Compare.Normals(n * tokens * 3 * c, 1), Compare.Normals(n * tokens * c, 2));
        var scale = 1 / MathF.Sqrt((float)c / heads);
        var all = Compare.SameForAllThreads(p =>
        {
            var (y, dqkv) = (new Guarded(dy.Length), new Guarded(qkv.Length));
            Attention.Forward(qkv, y.Span, n, tokens, c, heads, scale, p);
            Attention.Gradient(qkv, dy, dqkv.Span, n, tokens, c, heads, scale, p);
            return [.. y.Checked(), .. dqkv.Checked()];
        });
        var (exact, exactGradient) = Slow(qkv, dy, n, tokens, c, heads, scale);
        Compare.Close(exact, all.AsSpan(0, exact.Length), 1e-6, "y");
        Compare.Close(exactGradient, all.AsSpan(exact.Length), 1e-6, "dqkv");
    }

    [Fact]
    public void Large_scores_do_not_overflow_and_a_clear_winner_is_copied()
    {
        // One channel; keys 0, 1000, 2000: the last token's value wins for positive queries.
        float[] qkv = [1, 0, 5, 1, 1000, 6, 1, 2000, 7];
        var y = new float[3];
        Attention.Forward(qkv, y, 1, 3, 1, 1, 1, Parallelism.Single);
        Assert.Equal([7f, 7f, 7f], y);
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
