using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

public sealed partial class Interpreter
{
    // The places of query, key and value of one token and column, in [N, T, 3C].
    private static int Place(Shape y, int n, int t, int which, int column) => (((n * y[1]) + t) * 3 * y[2]) + (which * y[2]) + column;

    // softmax(scale · q kᵀ) of one sample and head: [T, T].
    private static double[] Weights(double[] qkv, Shape y, int n, int first, int width, double scale)
    {
        var tokens = y[1];
        var scores = new double[tokens * tokens];
        for (var t = 0; t < tokens; t++)
            for (var s = 0; s < tokens; s++)
                for (var j = first; j < first + width; j++)
                    scores[(t * tokens) + s] += scale * qkv[Place(y, n, t, 0, j)] * qkv[Place(y, n, s, 1, j)];
        return Rows(scores, [tokens, tokens]);
    }

    private static double[] Attend(double[] qkv, Shape y, int heads, double scale)
    {
        var (tokens, width) = (y[1], y[2] / heads);
        var result = new double[y.Count];
        for (var n = 0; n < y[0]; n++)
            for (var h = 0; h < heads; h++)
            {
                var p = Weights(qkv, y, n, h * width, width, scale);
                for (var t = 0; t < tokens; t++)
                    for (var s = 0; s < tokens; s++)
                        for (var j = h * width; j < (h + 1) * width; j++)
                            result[Flat(y, n, t, j)] += p[(t * tokens) + s] * qkv[Place(y, n, s, 2, j)];
            }

        return result;
    }

    // dv = pᵀ dy;  dp = dy vᵀ;  ds = p ∘ (dp − Σ dp ∘ p);  dq = scale · ds k;  dk = scale · dsᵀ q.
    private static double[] AttendBack(double[] qkv, double[] dy, Shape y, int heads, double scale)
    {
        var (tokens, width) = (y[1], y[2] / heads);
        var result = new double[3 * y.Count];
        for (var n = 0; n < y[0]; n++)
            for (var h = 0; h < heads; h++)
            {
                var (first, end) = (h * width, (h + 1) * width);
                var p = Weights(qkv, y, n, first, width, scale);
                for (var t = 0; t < tokens; t++)
                {
                    var dp = new double[tokens];
                    for (var s = 0; s < tokens; s++)
                        for (var j = first; j < end; j++)
                        {
                            dp[s] += dy[Flat(y, n, t, j)] * qkv[Place(y, n, s, 2, j)];
                            result[Place(y, n, s, 2, j)] += p[(t * tokens) + s] * dy[Flat(y, n, t, j)];
                        }

                    var mean = Enumerable.Range(0, tokens).Sum(s => dp[s] * p[(t * tokens) + s]);
                    for (var s = 0; s < tokens; s++)
                        for (var j = first; j < end; j++)
                        {
                            var ds = scale * p[(t * tokens) + s] * (dp[s] - mean);
                            result[Place(y, n, t, 0, j)] += ds * qkv[Place(y, n, s, 1, j)];
                            result[Place(y, n, s, 1, j)] += ds * qkv[Place(y, n, t, 0, j)];
                        }
                }
            }

        return result;
    }
}
