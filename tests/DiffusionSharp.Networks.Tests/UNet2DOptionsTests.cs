using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Tests;

public sealed class UNet2DOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new UNet2DOptions().Validate();

    [Fact]
    public void Options_that_do_not_fit_are_named_with_what_was_expected()
    {
        Says("UNet2D: 12 channels are not a multiple of 8 norm groups; change Channels or NormGroups.", Networks.MiniA with { Channels = [8, 12], NormGroups = 8 });
        Says("UNet2D: 16 channels are not a multiple of the HeadWidth 5; change it or give null for one head.", Networks.MiniA with { HeadWidth = 5 });
        Says("UNet2D: DownBlocks has 2 levels, UpBlocks 2 and Channels 3; all must agree.", Networks.MiniA with { Channels = [8, 16, 16] });
        Says("UNet2D: SampleSize 31 is not a multiple of 8, which 4 levels need.", Networks.Cifar10 with { SampleSize = 31 });
        Says("UNet2D: Dropout is NaN, a number in [0, 1) was expected.", Networks.MiniA with { Dropout = double.NaN });
        Says("UNet2D: NormEpsilon is NaN, a finite number of at least 0 was expected.", Networks.MiniA with { NormEpsilon = double.NaN });
        Says("UNet2D: DownsamplePadding is 2, 0 or 1 was expected.", Networks.MiniA with { DownsamplePadding = 2 });
        Says("UNet2D: Channels has 0 levels, 1 to 16 were expected.", Networks.MiniA with { Channels = [] });
        Says("UNet2D: LayersPerBlock is 0, at least 1 was expected.", Networks.MiniA with { LayersPerBlock = 0 });
        Says("UNet2D: FrequencyShift is 4, a number below the 4 frequencies of 8 channels was expected.", Networks.MiniA with { FrequencyShift = 4 });
        Says("UNet2D: MidNormGroups 3 does not divide the 16 channels of the middle.", Networks.MiniA with { MidNormGroups = 3 });
    }

    [Fact]
    public void What_is_not_supported_says_so_and_what_is()
    {
        var learned = Assert.Throws<NotSupportedException>(() => (Networks.MiniA with { TimeEmbedding = TimeEmbeddingKind.Learned }).Validate());
        Assert.Equal("UNet2D: the time embedding Learned is not supported; Positional, Fourier and None are.", learned.Message);
    }

    [Fact]
    public void Options_of_score_networks_that_do_not_fit_are_named_too()
    {
        const string rule = "channels do not split into norm groups by the rule min(C/4, 32), which skip blocks and NormGroups null follow; take multiples of 32, or of 4 where none is above 64";
        Says($"UNet2D: 6 {rule}.", Networks.MiniA with { NormGroups = null, Channels = [6, 16] });
        Says($"UNet2D: 8 {rule}.", Networks.MiniA with { DownBlocks = [BlockKind.Skip, BlockKind.Skip], Channels = [8, 72] });
        Says("UNet2D: NormGroups is 0, at least 1 or null was expected.", Networks.MiniA with { NormGroups = 0 });
        Says("UNet2D: ResidualScale is NaN, a finite number above 0 was expected.", Networks.MiniA with { ResidualScale = double.NaN });
        Says("UNet2D: ResidualScale is 0, a finite number above 0 was expected.", Networks.MiniA with { ResidualScale = 0 });
        Says("UNet2D: FrequencyShift 1 belongs to the Positional time embedding, not to Fourier; leave it out.", Networks.MiniA with { TimeEmbedding = TimeEmbeddingKind.Fourier, FrequencyShift = 1 });
        Says("UNet2D: ScaleShift has neither time nor class to scale by; set Classes, a time embedding, or leave it out.", Networks.MiniA with { TimeEmbedding = TimeEmbeddingKind.None, ScaleShift = true });
        Says("UNet2D: TimeEmbeddingWidth without a time embedding is the width of the classes' alone; set Classes or leave it out.", Networks.MiniA with { TimeEmbedding = TimeEmbeddingKind.None, TimeEmbeddingWidth = 8 });
        Says("UNet2D: a block of kind 9 came, Plain, Attention, Skip or AttentionSkip was expected.", Networks.MiniA with { DownBlocks = [(BlockKind)9, BlockKind.Plain] });
        Says("UNet2D: 16 channels are not a multiple of the HeadWidth 5; change it or give null for one head.", Networks.MiniA with { HeadWidth = 5, MidAttention = false, UpBlocks = [BlockKind.AttentionSkip, BlockKind.Plain] });
    }

    [Fact]
    public void Inputs_of_other_shapes_are_refused_with_both_shapes()
    {
        Says("UNet2D: pictures are [N, H, W, 3] with no dimension 0, [2, 16, 16, 4] came.", [2, 16, 16, 4], [2]);
        Says("UNet2D: pictures are [N, H, W, 3] with no dimension 0, [0, 16, 16, 3] came.", [0, 16, 16, 3], [0]);
        Says("UNet2D: 2 levels need sides that are multiples of 2, pictures of [2, 16, 15, 3] came; crop or pad them, or take fewer levels.", [2, 16, 15, 3], [2]);
        Says("UNet2D: times are [2] for pictures of [2, 16, 16, 3], [2, 1] came.", [2, 16, 16, 3], [2, 1]);
        Says("UNet2D: labels came for a network without classes; set Classes.", [2, 16, 16, 3], [2], [2]);
        Says("UNet2D: labels are [2] for 10 classes and pictures of [2, 16, 16, 3], none came.", [2, 16, 16, 3], [2], null, 10);
        Says("UNet2D: labels are [2] for 10 classes and pictures of [2, 16, 16, 3], [3] came.", [2, 16, 16, 3], [2], [3], 10);
    }

    private static void Says(string message, UNet2DOptions options) => Assert.Equal(message, Assert.Throws<ArgumentException>(options.Validate).Message);

    private static void Says(string message, Shape x, Shape t, int[]? labels = null, int? classes = null)
    {
        var graph = new Graph();
        var error = Assert.Throws<ArgumentException>(() => UNet2D.Build(
            graph,
            Networks.MiniA with { Classes = classes },
            graph.Input("x", x),
            graph.Input("t", t),
            labels is null ? null : graph.Input("y", Shape.Create(labels))));
        Assert.Equal(message, error.Message);
    }
}
