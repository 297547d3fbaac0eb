using System.Runtime.InteropServices;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class GemmTests : IDisposable
{
    private readonly Parallelism two = new(2);
    private readonly Parallelism three = new(3);

    public static TheoryData<bool, bool> Transpositions => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    public void Dispose()
    {
        two.Dispose();
        three.Dispose();
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Product_equals_the_double_loop_for_every_small_shape(bool transposeA, bool transposeB)
    {
        foreach (var m in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 17 })
            foreach (var n in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 37 })
                foreach (var k in new[] { 1, 2, 3, 4, 5, 8, 13 })
                    Check(1, m, n, k, transposeA, transposeB, Parallelism.Single);
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Product_equals_the_double_loop_around_the_tile_and_depth_blocks(bool transposeA, bool transposeB)
    {
        int[][] shapes =
        [
            [97, 64, 31], [23, 96, 127], [24, 65, 64], [25, 63, 20], [107, 131, 61], [64, 128, 64], [12, 32, 512], [13, 33, 513], [5, 40, 1031], [50, 35, 1024], [20, 3, 1024],
            [48, 48, 511], [200, 3, 70], [3, 200, 70], [1, 1, 2000], [300, 1, 9], [1, 300, 9], [193, 257, 40],
        ];
        foreach (var s in shapes) Check(1, s[0], s[1], s[2], transposeA, transposeB, two);
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Batched_products_are_independent(bool transposeA, bool transposeB)
    {
        int[][] shapes = [[1, 5, 6, 7], [3, 1, 1, 1], [7, 13, 17, 9], [64, 64, 64, 8], [40, 64, 8, 64], [5, 30, 70, 20], [2, 130, 100, 40], [200, 3, 2, 4]];
        foreach (var s in shapes) Check(s[0], s[1], s[2], s[3], transposeA, transposeB, two);
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Product_has_the_same_bytes_for_one_two_and_three_threads(bool transposeA, bool transposeB)
    {
        int[][] shapes = [[1, 301, 130, 67], [1, 64, 256, 600], [1, 1000, 40, 33], [50, 64, 64, 8], [3, 100, 70, 40]];
        foreach (var s in shapes)
        {
            var (a, b) = Operands(s[0], s[1], s[2], s[3]);
            var one = Run(a, b, s[0], s[1], s[2], s[3], transposeA, transposeB, Parallelism.Single);
            foreach (var threads in new[] { two, three })
            {
                var other = Run(a, b, s[0], s[1], s[2], s[3], transposeA, transposeB, threads);
                Assert.True(MemoryMarshal.AsBytes<float>(one).SequenceEqual(MemoryMarshal.AsBytes<float>(other)));
            }
        }
    }

    [Fact]
    public void Epilogue_adds_each_of_its_terms_alone_and_all_together()
    {
        foreach (var (m, n, k) in new[] { (10, 7, 5), (37, 33, 20), (6, 64, 9), (120, 40, 16) })
        {
            foreach (var rowsPerSample in new[] { 1, 4, m })
            {
                for (var terms = 0; terms < 8; terms++)
                {
                    var (a, b) = Operands(1, m, n, k);
                    var samples = ((m - 1) / rowsPerSample) + 1;
                    var bias = KernelArrays.Normal((terms & 1) != 0 ? n : 0, 3);
                    var perSample = KernelArrays.Normal((terms & 2) != 0 ? samples * n : 0, 4);
                    var residual = KernelArrays.Normal((terms & 4) != 0 ? m * n : 0, 5);
                    var (expected, magnitude) = Oracle(a, b, 1, m, n, k, false, false);
                    for (var i = 0; i < m; i++)
                    {
                        for (var j = 0; j < n; j++)
                        {
                            double[] added =
                            [
                                bias.Length > 0 ? bias[j] : 0,
                                perSample.Length > 0 ? perSample[(i / rowsPerSample * n) + j] : 0,
                                residual.Length > 0 ? residual[(i * n) + j] : 0,
                            ];
                            expected[(i * n) + j] += added.Sum();
                            magnitude[(i * n) + j] += added.Sum(Math.Abs);
                        }
                    }

                    var length = Gemm.WorkspaceLength(m, n, k, false, false);
                    var apart = KernelArrays.Guarded(m * n, length, (c, workspace) => Gemm.Multiply(
                        a, false, b, false, c, m, n, k, new Epilogue { Bias = bias, PerSample = perSample, RowsPerSample = rowsPerSample, Residual = residual }, workspace, two));
                    KernelArrays.AssertClose(expected, magnitude, apart, $"epilogue {terms} of [{m}, {n}]");
                    if (residual.Length == 0) continue;
                    var inPlace = KernelArrays.Guarded(m * n, length, (c, workspace) => Gemm.Multiply(
                        a, false, b, false, c, m, n, k, new Epilogue { Bias = bias, PerSample = perSample, RowsPerSample = rowsPerSample, Residual = c }, workspace, two), residual);
                    Assert.Equal(apart, inPlace);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void NaN_and_infinity_reach_exactly_the_outputs_they_touch(bool transposeA, bool transposeB)
    {
        foreach (var (m, n, k) in new[] { (14, 35, 9), (30, 50, 20), (100, 70, 33) })
        {
            var (a, b) = Operands(1, m, n, k);
            var (row, column, depth) = (m - 2, n - 1, k / 2);
            a[transposeA ? (depth * m) + row : (row * k) + depth] = float.NaN;
            b[transposeB ? (column * k) + depth : (depth * n) + column] = float.PositiveInfinity;
            var c = Run(a, b, 1, m, n, k, transposeA, transposeB, two);
            for (var i = 0; i < m; i++)
                for (var j = 0; j < n; j++)
                    Assert.True(i == row ? float.IsNaN(c[(i * n) + j]) : j == column ? float.IsInfinity(c[(i * n) + j]) : float.IsFinite(c[(i * n) + j]), $"[{i}, {j}]");
        }
    }

    [Fact]
    public void Long_sums_of_one_sign_keep_their_accuracy()
    {
        const int K = 40_000;
        var a = KernelArrays.Normal(3 * K, 1).Select(Math.Abs).ToArray();
        var b = KernelArrays.Normal(K * 5, 2).Select(Math.Abs).ToArray();
        foreach (var (transposeA, transposeB) in new[] { (false, false), (true, true) })
        {
            var (expected, magnitude) = Oracle(a, b, 1, 3, 5, K, transposeA, transposeB);
            KernelArrays.AssertClose(expected, magnitude, Run(a, b, 1, 3, 5, K, transposeA, transposeB, two), "long sum");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_right_operand_packed_before_gives_the_same_bytes(bool transposeB)
    {
        foreach (var (m, n, k) in new[] { (1, 1, 1), (5, 3, 40), (7, 33, 20), (30, 64, 600), (200, 96, 32) })
        {
            var (a, b, bias) = (KernelArrays.Normal(m * k, 1), KernelArrays.Normal(k * n, 2), KernelArrays.Normal(n, 3));
            var packed = KernelArrays.Guarded(Gemm.PackedRightLength(n, k), 0, (to, _) => Gemm.PackRight(b, transposeB, to, n, k, two));
            var actual = KernelArrays.Guarded(m * n, 0, (c, _) => Gemm.MultiplyPacked(a, packed, c, m, n, k, new Epilogue { Bias = bias }, two));
            var expected = KernelArrays.Guarded(m * n, Gemm.WorkspaceLength(m, n, k, false, transposeB), (c, workspace) =>
                Gemm.Multiply(a, false, b, transposeB, c, m, n, k, new Epilogue { Bias = bias }, workspace, two));
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Wrong_lengths_are_named()
    {
        var workspace = new float[Gemm.WorkspaceLength(2, 3, 4, false, false)];
        var error = Assert.Throws<ArgumentException>(() =>
            Gemm.Multiply(new float[8], false, new float[11], false, new float[6], 2, 3, 4, Epilogue.None, workspace, Parallelism.Single));
        Assert.Equal("Gemm.Multiply: b [k, n] holds 11 floats, expected 12.", error.Message);
        error = Assert.Throws<ArgumentException>(() =>
            Gemm.Multiply(new float[8], false, new float[12], false, new float[6], 2, 3, 4, Epilogue.None, workspace.AsSpan(1), Parallelism.Single));
        Assert.Equal($"Gemm.Multiply: the workspace holds {workspace.Length - 1} floats, {workspace.Length} are needed for these shapes.", error.Message);
        error = Assert.Throws<ArgumentException>(() => Gemm.WorkspaceLength(2, 0, 4, false, false));
        Assert.Equal("Gemm: n is 0, expected 1 or more.", error.Message);
    }

    private static (float[] A, float[] B) Operands(int batch, int m, int n, int k) =>
        (KernelArrays.Normal(batch * m * k, 1), KernelArrays.Normal(batch * k * n, 2));

    private static float[] Run(float[] a, float[] b, int batch, int m, int n, int k, bool transposeA, bool transposeB, Parallelism parallelism) =>
        batch == 1
            ? KernelArrays.Guarded(m * n, Gemm.WorkspaceLength(m, n, k, transposeA, transposeB), (c, workspace) =>
                Gemm.Multiply(a, transposeA, b, transposeB, c, m, n, k, Epilogue.None, workspace, parallelism))
            : KernelArrays.Guarded(batch * m * n, Gemm.BatchedWorkspaceLength(batch, m, n, k, transposeA, transposeB), (c, workspace) =>
                Gemm.MultiplyBatched(a, transposeA, b, transposeB, c, batch, m, n, k, workspace, parallelism));

    private static void Check(int batch, int m, int n, int k, bool transposeA, bool transposeB, Parallelism parallelism)
    {
        var (a, b) = Operands(batch, m, n, k);
        var (expected, magnitude) = Oracle(a, b, batch, m, n, k, transposeA, transposeB);
        KernelArrays.AssertClose(expected, magnitude, Run(a, b, batch, m, n, k, transposeA, transposeB, parallelism), $"{batch} × [{m}, {k}]·[{k}, {n}]");
    }

    private static (double[] Product, double[] Magnitude) Oracle(float[] a, float[] b, int batch, int m, int n, int k, bool transposeA, bool transposeB)
    {
        var product = new double[batch * m * n];
        var magnitude = new double[batch * m * n];
        for (var item = 0; item < batch; item++)
        {
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    for (var t = 0; t < k; t++)
                    {
                        double left = a[(item * m * k) + (transposeA ? (t * m) + i : (i * k) + t)];
                        double right = b[(item * k * n) + (transposeB ? (j * k) + t : (t * n) + j)];
                        product[(((item * m) + i) * n) + j] += left * right;
                        magnitude[(((item * m) + i) * n) + j] += Math.Abs(left * right);
                    }
                }
            }
        }

        return (product, magnitude);
    }
}
