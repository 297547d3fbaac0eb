using System.Runtime.InteropServices;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;
using static DiffusionSharp.Cpu.Tests.ConvCases;

namespace DiffusionSharp.Cpu.Tests;

public sealed class ConvolutionTests : IDisposable
{
    private readonly Parallelism two = new(2);
    private readonly Parallelism three = new(3);

    public void Dispose()
    {
        two.Dispose();
        three.Dispose();
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_equals_the_double_loop_for_kernels_strides_and_paddings(string pass)
    {
        foreach (var (kernelHeight, kernelWidth) in new[] { (1, 1), (3, 3), (5, 5), (7, 7), (2, 3), (4, 1) })
            foreach (var stride in new[] { 1, 2, 3 })
                foreach (var (top, left, bottom, right) in new[] { (0, 0, 0, 0), (1, 1, 1, 1), (0, 0, 1, 1), (2, 1, 0, 3), (6, 7, 6, 7) })
                    foreach (var (ci, co) in new[] { (3, 5), (9, 17) })
                        if (Geometry(2, 8, 7, ci, co, kernelHeight, kernelWidth, stride, top, left, bottom, right) is { } g) Check(pass, g);
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_equals_the_double_loop_for_channel_counts_around_the_tiles(string pass)
    {
        foreach (var ci in new[] { 1, 2, 7, 8, 12, 13, 16, 31, 32, 40, 67 })
            foreach (var co in new[] { 1, 3, 4, 8, 16, 17, 32, 33, 64 })
                Check(pass, Geometry(1, 5, 4, ci, co, 3, 3, 1, 1, 1, 1, 1)!.Value);
        foreach (var (ci, co) in new[] { (600, 3), (3, 600), (520, 40) }) Check(pass, Geometry(1, 3, 3, ci, co, 3, 3, 1, 1, 1, 1, 1)!.Value);
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_equals_the_double_loop_for_many_and_for_wide_pictures(string pass)
    {
        foreach (var g in Larger()) Check(pass, g);
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_has_the_same_bytes_for_one_two_and_three_threads(string pass)
    {
        foreach (var g in Larger())
        {
            var (first, second) = Operands(pass, g);
            var one = Run(pass, first, second, g, Parallelism.Single);
            foreach (var threads in new[] { two, three })
            {
                var other = Run(pass, first, second, g, threads);
                Assert.True(MemoryMarshal.AsBytes<float>(one).SequenceEqual(MemoryMarshal.AsBytes<float>(other)), $"{pass} {g}");
            }
        }
    }

    [Fact]
    public void Epilogue_adds_bias_sample_and_residual_and_the_residual_may_be_the_output()
    {
        foreach (var (ci, co, kernel) in new[] { (16, 33, 3), (3, 20, 3), (20, 2, 3), (20, 40, 1) })
        {
            var g = Geometry(3, 6, 5, ci, co, kernel, kernel, 1, kernel / 2, kernel / 2, kernel / 2, kernel / 2)!.Value;
            var pixels = g.OutHeight * g.OutWidth;
            var (x, w) = Operands("forward", g);
            var bias = KernelArrays.Normal(co, 3);
            var perSample = KernelArrays.Normal(g.Batch * co, 4);
            var residual = KernelArrays.Normal(g.Batch * pixels * co, 5);
            var (expected, magnitude) = Oracle("forward", x, w, g);
            for (var i = 0; i < expected.Length; i++)
            {
                double[] added = [bias[i % co], perSample[(i / co / pixels * co) + (i % co)], residual[i]];
                expected[i] += added.Sum();
                magnitude[i] += added.Sum(Math.Abs);
            }

            var length = Convolution.ForwardWorkspaceLength(g);
            var apart = KernelArrays.Guarded(expected.Length, length, (y, workspace) => Convolution.Forward(
                x, w, y, g, new Epilogue { Bias = bias, PerSample = perSample, RowsPerSample = pixels, Residual = residual }, workspace, two));
            KernelArrays.AssertClose(expected, magnitude, apart, $"epilogue {g}");
            var inPlace = KernelArrays.Guarded(expected.Length, length, (y, workspace) => Convolution.Forward(
                x, w, y, g, new Epilogue { Bias = bias, PerSample = perSample, RowsPerSample = pixels, Residual = y }, workspace, two), residual);
            Assert.Equal(apart, inPlace);
        }
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void NaN_reaches_exactly_the_results_it_touches(string pass)
    {
        foreach (var (ci, co, stride) in new[] { (16, 33, 1), (9, 40, 2), (3, 20, 1), (20, 2, 1) })
        {
            var g = Geometry(2, 7, 8, ci, co, 3, 3, stride, 1, 1, 1, 1)!.Value;
            var (first, second) = Operands(pass, g);
            // x for the forward pass and the weight gradient, dy for the input gradient.
            first[first.Length / 3] = float.NaN;
            var (expected, _) = Oracle(pass, first, second, g);
            var actual = Run(pass, first, second, g, two);
            for (var i = 0; i < actual.Length; i++) Assert.True(double.IsNaN(expected[i]) == float.IsNaN(actual[i]), $"{pass} {g} element {i}");
        }
    }

    [Fact]
    public void Passes_allocate_nothing_after_the_first_call()
    {
        var g = Geometry(2, 12, 12, 16, 33, 3, 3, 1, 1, 1, 1, 1)!.Value;
        float[] x = new float[X(g)], w = new float[W(g)], y = new float[Y(g)];
        var workspace = new float[Math.Max(Convolution.ForwardWorkspaceLength(g), Math.Max(Convolution.GradInputWorkspaceLength(g), Convolution.GradWeightWorkspaceLength(g)))];
        long allocated = 0;
        for (var call = 0; call < 2; call++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Convolution.Forward(x, w, y, g, Epilogue.None, workspace, Parallelism.Single);
            Convolution.GradInput(y, w, x, g, workspace, Parallelism.Single);
            Convolution.GradWeight(x, y, w, g, workspace, Parallelism.Single);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Packed_weights_give_the_same_bytes()
    {
        foreach (var (ci, co, kernel, stride, method) in new[] { (16, 33, 3, 1, ConvMethod.Direct), (3, 20, 3, 2, ConvMethod.Direct), (20, 2, 3, 1, ConvMethod.Direct), (24, 40, 1, 1, ConvMethod.Direct), (32, 48, 3, 1, ConvMethod.Winograd) })
        {
            var g = Geometry(3, 9, 6, ci, co, kernel, kernel, stride, kernel / 2, kernel / 2, kernel / 2, kernel / 2)!.Value;
            var (x, w) = Operands("forward", g);
            var bias = KernelArrays.Normal(co, 3);
            var packed = KernelArrays.Guarded(Convolution.PackedLength(g, method), 0, (to, _) => Convolution.Pack(w, to, g, two, method));
            var actual = KernelArrays.Guarded(Y(g), Convolution.ForwardPackedWorkspaceLength(g, method), (y, workspace) =>
                Convolution.ForwardPacked(x, packed, y, g, new Epilogue { Bias = bias }, workspace, two, method));
            var expected = KernelArrays.Guarded(Y(g), Convolution.ForwardWorkspaceLength(g, method), (y, workspace) =>
                Convolution.Forward(x, w, y, g, new Epilogue { Bias = bias }, workspace, two, method));
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Wrong_lengths_are_named()
    {
        var g = Geometry(1, 4, 4, 2, 3, 3, 3, 1, 1, 1, 1, 1)!.Value;
        var workspace = new float[Convolution.ForwardWorkspaceLength(g)];
        var error = Assert.Throws<ArgumentException>(() => Convolution.Forward(new float[32], new float[55], new float[48], g, Epilogue.None, workspace, two));
        Assert.Equal("Conv2D.Forward: w [KH, KW, Ci, Co] holds 55 floats, expected 54.", error.Message);
        error = Assert.Throws<ArgumentException>(() => Convolution.GradWeightWorkspaceLength(g with { Stride = 0 }));
        Assert.Equal("Conv2D.GradWeight: Stride is 0, expected 1 or more.", error.Message);
    }

    private static IEnumerable<ConvGeometry> Larger() =>
    [
        Geometry(9, 8, 8, 20, 36, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(70, 4, 4, 12, 32, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(3, 30, 31, 16, 32, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(2, 33, 40, 8, 33, 3, 3, 2, 0, 0, 1, 1)!.Value,
        Geometry(1, 3, 1100, 8, 10, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(2, 40, 40, 1, 32, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(2, 40, 40, 3, 24, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(2, 40, 40, 32, 1, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(2, 30, 30, 32, 3, 3, 3, 1, 1, 1, 1, 1)!.Value,
        Geometry(2, 30, 30, 24, 40, 1, 1, 1, 0, 0, 0, 0)!.Value,
        Geometry(4, 4, 4, 64, 96, 3, 3, 1, 1, 1, 1, 1)!.Value,
    ];

    private void Check(string pass, ConvGeometry g)
    {
        var (first, second) = Operands(pass, g);
        var (expected, magnitude) = Oracle(pass, first, second, g);
        KernelArrays.AssertClose(expected, magnitude, Run(pass, first, second, g, two), $"{pass} {g}");
    }
}
