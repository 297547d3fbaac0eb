using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

public static partial class Op
{
    /// <summary>Matrix product of rank 2, or batch by batch of rank 3.</summary>
    /// <param name="a">[m, k] or [batch, m, k]; transposed [k, m].</param>
    /// <param name="b">[k, n] or [batch, k, n]; transposed [n, k].</param>
    /// <param name="transposeA">Whether a is stored transposed.</param>
    /// <param name="transposeB">Whether b is stored transposed.</param>
    public static Node MatMul(Node a, Node b, bool transposeA = false, bool transposeB = false)
    {
        if (a.Shape.Rank is not (2 or 3) || a.Shape.Rank != b.Shape.Rank)
            throw new ArgumentException($"MatMul: operands are both of rank 2 or both of rank 3, {a.Shape} × {b.Shape}.");
        if (a.Shape.Rank == 3 && a.Shape[0] != b.Shape[0]) throw new ArgumentException($"MatMul: batches differ, {a.Shape} × {b.Shape}.");
        var (m, k) = transposeA ? (a.Shape[^1], a.Shape[^2]) : (a.Shape[^2], a.Shape[^1]);
        var (inner, n) = transposeB ? (b.Shape[^1], b.Shape[^2]) : (b.Shape[^2], b.Shape[^1]);
        if (k != inner) throw new ArgumentException($"MatMul: inner dimensions differ, {a.Shape} × {b.Shape}.");
        Shape shape = a.Shape.Rank == 3 ? [a.Shape[0], m, n] : [m, n];
        return a.Graph.Build(new MatMul(transposeA, transposeB), shape, a, b);
    }

    /// <summary>x w + bias over the innermost axis: x [.., in], w [in, out], bias [out] or none.</summary>
    /// <param name="x">[.., in].</param>
    /// <param name="weight">[in, out].</param>
    /// <param name="bias">[out]; null: none.</param>
    public static Node Linear(Node x, Node weight, Node? bias = null)
    {
        if (x.Shape.Rank == 0 || x.Shape[^1] == 0 || weight.Shape.Rank != 2 || x.Shape[^1] != weight.Shape[0])
            throw new ArgumentException($"Linear: {x.Shape} does not fit a weight of {weight.Shape}.");
        var y = MatMul(Reshape(x, [x.Shape.Count / x.Shape[^1], x.Shape[^1]]), weight);
        if (bias is not null) y += bias;
        return Reshape(y, x.Shape.With(^1, weight.Shape[1]));
    }

    /// <summary>Cross-correlation: x [N, H, W, Ci], w [KH, KW, Ci, Co], result [N, OH, OW, Co].</summary>
    /// <param name="x">[N, H, W, Ci].</param>
    /// <param name="weight">[KH, KW, Ci, Co].</param>
    /// <param name="stride">Step between outputs in input pixels, at least 1, along both axes.</param>
    /// <param name="padding">Zeros around the picture, each at least 0.</param>
    public static Node Conv2D(Node x, Node weight, int stride = 1, Padding padding = default)
    {
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4 || x.Shape[3] != weight.Shape[2])
            throw new ArgumentException($"Conv2D: a picture [N, H, W, C] of {x.Shape} does not fit a weight [KH, KW, C, Co] of {weight.Shape}.");
        if (stride < 1) throw new ArgumentOutOfRangeException(nameof(stride), stride, "Conv2D: the stride is at least 1.");
        if (padding.Top < 0 || padding.Bottom < 0 || padding.Left < 0 || padding.Right < 0)
            throw new ArgumentException($"Conv2D: {padding} is negative.", nameof(padding));
        var height = Extent(x.Shape[1] + padding.Top + padding.Bottom, weight.Shape[0]);
        var width = Extent(x.Shape[2] + padding.Left + padding.Right, weight.Shape[1]);
        return x.Graph.Build(new Conv2D(stride, padding), [x.Shape[0], height, width, weight.Shape[3]], x, weight);

        int Extent(int padded, int kernel) => padded >= kernel
            ? ((padded - kernel) / stride) + 1
            : throw new ArgumentException($"Conv2D: a kernel of {weight.Shape} is larger than the padded picture of {x.Shape}.");
    }

    /// <summary>Repeats each pixel of x [N, H, W, C] <paramref name="factor"/> × <paramref name="factor"/> times.</summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="factor">At least 1.</param>
    public static Node UpsampleNearest(Node x, int factor)
    {
        CheckPicture(nameof(UpsampleNearest), x, factor);
        return factor == 1 ? x : x.Graph.Build(new UpsampleNearest(factor), [x.Shape[0], x.Shape[1] * factor, x.Shape[2] * factor, x.Shape[3]], x);
    }

    /// <summary>Mean of each block of <paramref name="factor"/> × <paramref name="factor"/> pixels of x [N, H, W, C].</summary>
    /// <param name="x">[N, H, W, C]; the factor divides H and W.</param>
    /// <param name="factor">The side of a block in pixels, at least 1.</param>
    public static Node AveragePool(Node x, int factor) => SumPool(x, factor, 1f / (factor * factor));

    /// <summary>
    /// (x − mean)/√(variance + ε) · γ + β over groups of channels and all positions of each sample, then SiLU if asked
    /// (Wu and He 2018, arXiv:1803.08494).
    /// </summary>
    /// <param name="x">[N, …, C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="groups">Divides C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="silu">Whether SiLU follows, in the same pass.</param>
    public static Node GroupNorm(Node x, Node gamma, Node beta, int groups, double epsilon, bool silu = false)
    {
        var c = x.Shape.Rank > 1 ? x.Shape[^1] : 0;
        if (c == 0 || gamma.Shape != [c] || beta.Shape != [c])
            throw new ArgumentException($"GroupNorm: {x.Shape} does not fit scales of {gamma.Shape} and shifts of {beta.Shape}.");
        if (groups < 1 || c % groups != 0) throw new ArgumentException($"GroupNorm: {groups} groups do not divide {c} channels.", nameof(groups));
        if (!(epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "GroupNorm: epsilon is at least 0.");
        var statistics = x.Graph.Build(new GroupNormStatistics(groups, (float)epsilon), [x.Shape[0], groups, 2], x);
        return x.Graph.Build(new GroupNormApply(groups, silu), x.Shape, x, statistics, gamma, beta);
    }

    /// <summary>Normalises each row of the innermost axis, then scales by γ and shifts by β (Ba et al. 2016, arXiv:1607.06450).</summary>
    /// <param name="x">[.., C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="epsilon">Added to the variance, at least 0.</param>
    public static Node LayerNorm(Node x, Node gamma, Node beta, double epsilon = 1e-5)
    {
        if (x.Shape.Rank == 0 || x.Shape[^1] == 0) throw new ArgumentException($"LayerNorm: {x.Shape} has no innermost axis.");
        var c = x.Shape[^1];
        return Reshape(GroupNorm(Reshape(x, [x.Shape.Count / c, 1, c]), gamma, beta, 1, epsilon), x.Shape);
    }

    /// <summary>exp(x)/Σexp(x) over the innermost axis.</summary>
    /// <param name="x">[.., C].</param>
    public static Node Softmax(Node x) => x.Shape.Rank > 0
        ? x.Graph.Build(new Softmax(), x.Shape, x)
        : throw new ArgumentException("Softmax: a single number has no axis.");

    /// <summary>softmax(q kᵀ/√d) v for each head of width d = C/heads (Vaswani et al. 2017, arXiv:1706.03762, equation 1).</summary>
    /// <param name="qkv">[N, T, 3C]: queries, keys and values side by side.</param>
    /// <param name="heads">Divides C.</param>
    public static Node Attention(Node qkv, int heads)
    {
        if (qkv.Shape.Rank != 3 || qkv.Shape[2] % 3 != 0) throw new ArgumentException($"Attention: the operand is [N, T, 3C], not {qkv.Shape}.", nameof(qkv));
        var c = qkv.Shape[2] / 3;
        if (heads < 1 || c % heads != 0) throw new ArgumentException($"Attention: {heads} heads do not divide {c} channels.", nameof(heads));
        return qkv.Graph.Build(new Attention(heads, (float)(1 / Math.Sqrt((double)c / heads))), [qkv.Shape[0], qkv.Shape[1], c], qkv);
    }

    /// <summary>Rows of <paramref name="table"/> [K, D] by <paramref name="indices"/>, float32 that hold integers in [0, K).</summary>
    /// <param name="table">[K, D].</param>
    /// <param name="indices">Any shape; the result has one dimension more, of D.</param>
    public static Node Embedding(Node table, Node indices)
    {
        if (table.Shape.Rank != 2) throw new ArgumentException($"Embedding: the table is [K, D], not {table.Shape}.", nameof(table));
        return table.Graph.Build(new Embedding(), [.. indices.Shape.Dimensions, table.Shape[1]], table, indices);
    }

    /// <summary>
    /// sin and cos of t times the frequencies maxPeriod^(−i/(half − shift)), i = 0 … half − 1, side by side
    /// (Ho et al. 2020, arXiv:2006.11239, after Vaswani et al. 2017).
    /// </summary>
    /// <param name="t">[N], any real.</param>
    /// <param name="width">Columns of the result; an odd one ends in a column of zeros.</param>
    /// <param name="cosineFirst">Whether cosines come before sines.</param>
    /// <param name="frequencyShift">Taken from half of the width in the exponent; below it.</param>
    /// <param name="maxPeriod">Longest period over 2π.</param>
    public static Node SinusoidalFeatures(Node t, int width, bool cosineFirst = true, double frequencyShift = 0, double maxPeriod = 10000)
    {
        var half = width / 2;
        if (half > 0 && !(frequencyShift < half))
            throw new ArgumentOutOfRangeException(
                nameof(frequencyShift),
                frequencyShift,
                $"SinusoidalFeatures: the shift is below the {half} frequencies of a width of {width}.");
        var frequencies = new float[half];
        for (var i = 0; i < half; i++) frequencies[i] = (float)Math.Exp(-Math.Log(maxPeriod) * i / (half - frequencyShift));
        return Waves(t, frequencies, width, cosineFirst);
    }

    /// <summary>sin and cos of 2π t w for random frequencies w (Tancik et al. 2020, arXiv:2006.10739); w is [width/2].</summary>
    /// <param name="t">[N], any real.</param>
    /// <param name="frequencies">[width/2], in periods for each unit of t.</param>
    /// <param name="cosineFirst">Whether cosines come before sines.</param>
    public static Node FourierFeatures(Node t, FloatTensor frequencies, bool cosineFirst = false)
    {
        var scaled = frequencies.Values.ToArray();
        for (var i = 0; i < scaled.Length; i++) scaled[i] = (float)(2 * Math.PI * scaled[i]);
        return Waves(t, scaled, 2 * scaled.Length, cosineFirst);
    }

    /// <summary>Mean of the squared difference over all values.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">Of the same shape.</param>
    public static Node MeanSquaredError(Node prediction, Node target) => prediction.Shape == target.Shape
        ? Mean(Square(prediction - target))
        : throw new ArgumentException($"MeanSquaredError: shapes differ, {prediction.Shape} and {target.Shape}.");

    internal static Node SumPool(Node x, int factor, float scale)
    {
        CheckPicture(nameof(AveragePool), x, factor);
        if (x.Shape[1] % factor != 0 || x.Shape[2] % factor != 0)
            throw new ArgumentException($"AveragePool: {factor} does not divide the sides of {x.Shape}.", nameof(factor));
        return factor == 1 && scale == 1 ? x : x.Graph.Build(new SumPool(factor, scale), [x.Shape[0], x.Shape[1] / factor, x.Shape[2] / factor, x.Shape[3]], x);
    }

    private static Node Waves(Node t, float[] frequencies, int width, bool cosineFirst)
    {
        if (t.Shape.Rank != 1) throw new ArgumentException($"Features of time: t is [N], not {t.Shape}.", nameof(t));
        if (frequencies.Length == 0) throw new ArgumentException($"Features of time: a width of {width} holds no frequency.", nameof(width));
        var n = t.Shape[0];
        var angles = Reshape(t, [n, 1]) * t.Graph.Constant(new FloatTensor([1, frequencies.Length], frequencies));
        var waves = cosineFirst ? Concatenate(1, Cos(angles), Sin(angles)) : Concatenate(1, Sin(angles), Cos(angles));
        return Pad(waves, 1, 0, width - (2 * frequencies.Length));
    }

    private static void CheckPicture(string operation, Node x, int factor)
    {
        if (x.Shape.Rank != 4) throw new ArgumentException($"{operation}: the operand is [N, H, W, C], not {x.Shape}.", nameof(x));
        if (factor < 1) throw new ArgumentOutOfRangeException(nameof(factor), factor, $"{operation}: the factor is at least 1.");
    }
}
