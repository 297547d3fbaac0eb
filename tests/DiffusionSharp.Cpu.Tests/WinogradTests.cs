using System.Runtime.InteropServices;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;
using static DiffusionSharp.Cpu.Tests.ConvCases;

namespace DiffusionSharp.Cpu.Tests;

public sealed class WinogradTests : IDisposable
{
    // The transforms multiply rounding by their norms: measured 2e-6 to 9e-6 of the largest value on these shapes.
    private const double OfLargest = 2e-5;

    private readonly Parallelism two = new(2);
    private readonly Parallelism three = new(3);

    public void Dispose()
    {
        two.Dispose();
        three.Dispose();
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_equals_the_double_loop_for_every_size_of_picture(string pass)
    {
        for (var h = 1; h <= 9; h++)
            foreach (var w in new[] { 1, 2, 3, 4, 5, 7, 8, 13 })
                Check(pass, Geometry(2, h, w, 16, 32, 3, 3, 1, 1, 1, 1, 1)!.Value);
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_equals_the_double_loop_for_every_padding(string pass)
    {
        foreach (var (top, left, bottom, right) in new[] { (0, 0, 0, 0), (0, 1, 2, 0), (2, 2, 2, 2), (1, 0, 0, 1), (2, 1, 5, 7) })
            Check(pass, Geometry(1, 6, 7, 32, 16, 3, 3, 1, top, left, bottom, right)!.Value);
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_equals_the_double_loop_for_channel_counts_around_the_tiles(string pass)
    {
        foreach (var (ci, co) in new[] { (16, 16), (48, 16), (16, 48), (80, 96), (144, 32), (32, 208), (528, 16), (16, 528) })
            Check(pass, Geometry(2, 5, 6, ci, co, 3, 3, 1, 1, 1, 1, 1)!.Value);
    }

    [Theory]
    [MemberData(nameof(Passes), MemberType = typeof(ConvCases))]
    public void Each_pass_has_the_same_bytes_for_one_two_and_three_threads_and_equals_the_double_loop_on_many_tiles(string pass)
    {
        foreach (var g in new[] { Geometry(20, 16, 16, 32, 64, 3, 3, 1, 1, 1, 1, 1)!.Value, Geometry(3, 30, 29, 48, 32, 3, 3, 1, 1, 1, 1, 1)!.Value, Geometry(2, 8, 8, 256, 128, 3, 3, 1, 1, 1, 1, 1)!.Value })
        {
            var (first, second) = Operands(pass, g);
            var one = Run(pass, first, second, g, Parallelism.Single, ConvMethod.Winograd);
            foreach (var threads in new[] { two, three })
            {
                var other = Run(pass, first, second, g, threads, ConvMethod.Winograd);
                Assert.True(MemoryMarshal.AsBytes<float>(one).SequenceEqual(MemoryMarshal.AsBytes<float>(other)), $"{pass} {g}");
            }

            Check(pass, g);
        }
    }

    [Theory]
    [InlineData("forward")]
    [InlineData("input gradient")]
    public void A_sample_has_the_same_bytes_alone_and_in_a_batch(string pass)
    {
        var g = Geometry(13, 12, 9, 64, 48, 3, 3, 1, 1, 1, 1, 1)!.Value;
        var (first, second) = Operands(pass, g);
        var all = Run(pass, first, second, g, two, ConvMethod.Winograd);
        var (inLength, outLength) = (first.Length / g.Batch, all.Length / g.Batch);
        for (var n = 0; n < g.Batch; n++)
        {
            var alone = Run(pass, first[(n * inLength)..((n + 1) * inLength)], second, g with { Batch = 1 }, two, ConvMethod.Winograd);
            Assert.Equal(all[(n * outLength)..((n + 1) * outLength)], alone);
        }
    }

    [Fact]
    public void Epilogue_adds_bias_sample_and_residual_and_the_residual_may_be_the_output()
    {
        var g = Geometry(3, 6, 5, 32, 48, 3, 3, 1, 1, 1, 1, 1)!.Value;
        var pixels = g.OutHeight * g.OutWidth;
        var (x, w) = Operands("forward", g);
        var bias = KernelArrays.Normal(48, 3);
        var perSample = KernelArrays.Normal(g.Batch * 48, 4);
        var residual = KernelArrays.Normal(g.Batch * pixels * 48, 5);
        var (expected, _) = Oracle("forward", x, w, g);
        for (var i = 0; i < expected.Length; i++) expected[i] += bias[i % 48] + perSample[(i / 48 / pixels * 48) + (i % 48)] + (double)residual[i];
        var length = Convolution.ForwardWorkspaceLength(g, ConvMethod.Winograd);
        var apart = KernelArrays.Guarded(expected.Length, length, (y, workspace) => Convolution.Forward(
            x, w, y, g, new Epilogue { Bias = bias, PerSample = perSample, RowsPerSample = pixels, Residual = residual }, workspace, two, ConvMethod.Winograd));
        AssertClose(expected, apart, $"epilogue {g}");
        var inPlace = KernelArrays.Guarded(expected.Length, length, (y, workspace) => Convolution.Forward(
            x, w, y, g, new Epilogue { Bias = bias, PerSample = perSample, RowsPerSample = pixels, Residual = y }, workspace, two, ConvMethod.Winograd), residual);
        Assert.Equal(apart, inPlace);
    }

    [Fact]
    public void Passes_allocate_nothing_after_the_first_call()
    {
        var g = Geometry(4, 12, 12, 32, 64, 3, 3, 1, 1, 1, 1, 1)!.Value;
        float[] x = new float[X(g)], w = new float[W(g)], y = new float[Y(g)];
        const ConvMethod Method = ConvMethod.Winograd;
        var workspace = new float[Math.Max(Convolution.ForwardWorkspaceLength(g, Method), Math.Max(Convolution.GradInputWorkspaceLength(g, Method), Convolution.GradWeightWorkspaceLength(g, Method)))];
        long allocated = 0;
        for (var call = 0; call < 2; call++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Convolution.Forward(x, w, y, g, Epilogue.None, workspace, Parallelism.Single, Method);
            Convolution.GradInput(y, w, x, g, workspace, Parallelism.Single, Method);
            Convolution.GradWeight(x, y, w, g, workspace, Parallelism.Single, Method);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Shapes_it_cannot_take_are_refused()
    {
        var g = Geometry(1, 8, 8, 16, 16, 3, 3, 1, 1, 1, 1, 1)!.Value;
        Assert.True(Convolution.AllowsWinograd(g));
        foreach (var other in new[] { g with { Stride = 2 }, g with { KernelHeight = 1 }, g with { InChannels = 8 }, g with { OutChannels = 24 }, g with { PadLeft = 3 } })
        {
            Assert.False(Convolution.AllowsWinograd(other));
            Assert.StartsWith("Conv2D.Forward: Winograd takes 3×3 kernels", Assert.Throws<ArgumentException>(() => Convolution.ForwardWorkspaceLength(other, ConvMethod.Winograd)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_is_chosen_for_whole_tiles_and_not_for_fragments_whatever_the_batch()
    {
        foreach (var batch in new[] { 1, 4, 64 })
        {
            Assert.Equal(ConvMethod.Winograd, Convolution.Fastest(Geometry(batch, 32, 32, 32, 32, 3, 3, 1, 1, 1, 1, 1)!.Value));
            Assert.Equal(ConvMethod.Winograd, Convolution.Fastest(Geometry(batch, 8, 8, 256, 256, 3, 3, 1, 1, 1, 1, 1)!.Value));
            Assert.Equal(ConvMethod.Direct, Convolution.Fastest(Geometry(batch, 4, 4, 256, 256, 3, 3, 1, 1, 1, 1, 1)!.Value));
            Assert.Equal(ConvMethod.Direct, Convolution.Fastest(Geometry(batch, 5, 5, 64, 64, 3, 3, 1, 1, 1, 1, 1)!.Value));
            Assert.Equal(ConvMethod.Direct, Convolution.Fastest(Geometry(batch, 32, 32, 3, 32, 3, 3, 1, 1, 1, 1, 1)!.Value));
        }
    }

    private static void AssertClose(double[] expected, float[] actual, string what)
    {
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= OfLargest * largest)) Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}, largest {largest:R}.");
    }

    private void Check(string pass, ConvGeometry g)
    {
        var (first, second) = Operands(pass, g);
        var (expected, _) = Oracle(pass, first, second, g);
        AssertClose(expected, Run(pass, first, second, g, two, ConvMethod.Winograd), $"{pass} {g}");
    }
}
