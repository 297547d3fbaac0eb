using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Tests;

public sealed class InitializersTests
{
    [Theory]
    [InlineData(9)]
    [InlineData(1152)]
    public void The_default_of_PyTorch_is_uniform_within_one_over_the_root_of_fan_in(int fanIn)
    {
        var bound = 1 / Math.Sqrt(fanIn);
        CheckUniform(Draw(Initializers.FanIn(fanIn), 200_000), bound);
    }

    [Fact]
    public void Variance_scaling_has_variance_two_over_the_sum_of_fans()
    {
        var values = Draw(Initializers.FanAverage(100, 300), 200_000);
        CheckUniform(values, Math.Sqrt(6.0 / 400));
        Assert.InRange(Variance(values), 0.98 * 2 / 400, 1.02 * 2 / 400);
    }

    [Fact]
    public void Rows_of_an_embedding_are_standard_normal()
    {
        var values = Draw(Initializers.Normal, 200_000);
        Assert.InRange(values.Average(v => (double)v), -0.01, 0.01);
        Assert.InRange(Variance(values), 0.98, 1.02);
    }

    [Fact]
    public void A_network_begins_with_the_bounds_of_its_layers_whatever_their_layout()
    {
        var (layout, weights) = Initialize(Networks.B, 1);
        Check("conv_in.weight", 27);
        Check("conv_in.bias", 27);
        Check("mid_block.resnets.0.conv1.weight", 9 * 64);
        Check("up_blocks.0.resnets.0.conv_shortcut.weight", 128);
        Check("down_blocks.0.resnets.0.time_emb_proj.weight", 128);
        Check("time_embedding.linear_1.bias", 32);
        Assert.All(weights["conv_norm_out.weight"].ToArray(), v => Assert.Equal(1, v));
        Assert.All(weights["conv_norm_out.bias"].ToArray(), v => Assert.Equal(0, v));

        void Check(string name, int fanIn)
        {
            var largest = weights[name].ToArray().Max(Math.Abs);
            Assert.InRange(largest, 0.8 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn));
            Assert.True(layout.Contains(name));
        }
    }

    [Fact]
    public void The_scheme_of_DDPM_begins_with_zero_at_the_end_of_every_branch_and_in_every_bias()
    {
        var (layout, weights) = Initialize(Networks.MiniA with { Initialization = InitializationScheme.Ddpm }, 1);
        foreach (var entry in layout.Entries)
        {
            var ends = entry.Name.Contains(".conv2.", StringComparison.Ordinal) || entry.Name.Contains(".to_out.0.", StringComparison.Ordinal) || entry.Name.StartsWith("conv_out.", StringComparison.Ordinal);
            var zero = ends || entry.Name.EndsWith(".bias", StringComparison.Ordinal);
            var values = weights[entry.Name].ToArray();
            Assert.True(zero ? Array.TrueForAll(values, v => v == 0) : Array.Exists(values, v => v != 0), entry.Name);
        }

        var bound = Math.Sqrt(6.0 / ((9 * 3) + (9 * 8)));
        Assert.InRange(weights["conv_in.weight"].ToArray().Max(Math.Abs), 0.8 * bound, bound);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var (_, first) = Initialize(Networks.MiniA, 7);
        var (_, same) = Initialize(Networks.MiniA, 7);
        var (_, other) = Initialize(Networks.MiniA, 8);
        Assert.True(first.Memory.Span.SequenceEqual(same.Memory.Span));
        Assert.False(first.Memory.Span.SequenceEqual(other.Memory.Span));
    }

    [Fact]
    public void A_parameter_begins_the_same_in_a_larger_network_that_names_it_alike()
    {
        var (_, small) = Initialize(Networks.MiniA, 7);
        var (_, large) = Initialize(Networks.MiniA with { LayersPerBlock = 2 }, 7);
        Assert.Equal(small["conv_in.weight"].ToArray(), large["conv_in.weight"].ToArray());
    }

    private static (ParameterLayout Layout, ParameterBuffer Weights) Initialize(UNet2DOptions options, ulong seed)
    {
        var graph = new Graph();
        UNet2D.Build(graph, options, graph.Input("x", [1, 32, 32, 3]), graph.Input("t", [1]));
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(seed));
        return (graph.Layout, weights);
    }

    private static float[] Draw(Initializer initializer, int count)
    {
        var values = new float[count];
        initializer(values, new Rng(3));
        return values;
    }

    private static void CheckUniform(float[] values, double bound)
    {
        Assert.All(values, v => Assert.InRange(v, -bound, bound));
        Assert.InRange(values.Max(), 0.999 * bound, bound);
        Assert.InRange(values.Min(), -bound, -0.999 * bound);
        Assert.InRange(Variance(values), 0.98 * bound * bound / 3, 1.02 * bound * bound / 3);
    }

    private static double Variance(float[] values)
    {
        var mean = values.Average(v => (double)v);
        return values.Average(v => (v - mean) * (v - mean));
    }
}
