using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Weights;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Networks.Tests;

public sealed class UNet2DNamesTests
{
    [Fact]
    public void The_cifar10_network_of_ddpm_has_the_328_published_names_and_shapes_and_35746307_parameters()
    {
        var graph = Build(Networks.Cifar10);
        var expected = File.ReadAllLines(SharedFolder.Require("golden", "ddpm_cifar10_names.txt")).Where(l => l.Length > 0).Order(StringComparer.Ordinal);
        var actual = graph.Layout.Entries.Select(e => $"{e.Name} {ParameterConversion.TorchShape(e.Name, e.Shape)}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(328, actual.Count);
        Assert.Equal(expected, actual);
        Assert.Equal(35_746_307, graph.Layout.Count);
    }

    [Fact]
    public void The_default_trainer_network_of_diffusers_has_113673219_parameters_in_450_tensors()
    {
        var plain = BlockKind.Plain;
        var graph = Build(new UNet2DOptions
        {
            SampleSize = 64,
            Channels = [128, 128, 256, 256, 512, 512],
            DownBlocks = [plain, plain, plain, plain, BlockKind.Attention, plain],
            UpBlocks = [plain, BlockKind.Attention, plain, plain, plain, plain],
        });
        Assert.Equal(450, graph.Layout.Entries.Count);
        Assert.Equal(113_673_219, graph.Layout.Count);
    }

    [Fact]
    public void A_convolution_is_stored_by_rows_of_inputs_and_a_linear_layer_inputs_first()
    {
        var graph = Build(Networks.Cifar10);
        Assert.Equal(Shape.Create([3, 3, 3, 128]), graph.Layout["conv_in.weight"].Shape);
        Assert.Equal(Shape.Create([128, 512]), graph.Layout["time_embedding.linear_1.weight"].Shape);
        Assert.Equal(Shape.Create([1, 1, 128, 256]), graph.Layout["down_blocks.1.resnets.0.conv_shortcut.weight"].Shape);
    }

    [Fact]
    public void The_output_has_the_shape_of_the_input_with_the_asked_channels()
    {
        var graph = new Graph();
        var y = UNet2D.Build(graph, Networks.MiniA with { OutChannels = 6 }, graph.Input("x", [2, 8, 12, 3]), graph.Input("t", [2]));
        Assert.Equal(Shape.Create([2, 8, 12, 6]), y.Shape);
    }

    [Fact]
    public void The_middle_has_no_norm_before_attention_with_scale_shift_unless_its_groups_are_given()
    {
        const string norm = "mid_block.attentions.0.group_norm.weight";
        Assert.True(Build(Networks.MiniA).Layout.Contains(norm));
        Assert.False(Build(Networks.MiniA with { ScaleShift = true }).Layout.Contains(norm));
        Assert.True(Build(Networks.MiniA with { ScaleShift = true, MidNormGroups = 2 }).Layout.Contains(norm));
    }

    [Fact]
    public void Resnet_resampling_is_for_levels_with_attention_alone()
    {
        var layout = Build(Networks.MiniA with { Downsampling = ResamplingKind.Resnet, Upsampling = ResamplingKind.Resnet }).Layout;
        Assert.True(layout.Contains("down_blocks.0.downsamplers.0.conv.weight"));
        Assert.True(layout.Contains("up_blocks.0.upsamplers.0.conv1.weight"));
    }

    [Fact]
    public void A_network_of_skip_blocks_has_the_recorded_names_and_its_fixed_frequencies()
    {
        using var golden = GoldenFile.Require("models", "c", "golden");
        var trained = golden.Manifest.RootElement.GetProperty("param_names").EnumerateArray().Select(p => p.GetString()!).ToHashSet();
        var layout = Build(Networks.C).Layout;
        Assert.Equal(trained.Append("time_proj.weight").Order(StringComparer.Ordinal), layout.Entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["time_proj.weight"], layout.Entries.Where(e => !e.Trained).Select(e => e.Name));
        Assert.Equal(golden.Manifest.RootElement.GetProperty("n_params").GetInt64(), layout.Count);
    }

    [Fact]
    public void Fir_resampling_is_for_levels_with_and_without_attention_and_convolves_the_shortcut()
    {
        var layout = Build(Networks.MiniA with { Downsampling = ResamplingKind.Fir, Upsampling = ResamplingKind.Fir }).Layout;
        Assert.True(layout.Contains("down_blocks.0.downsamplers.0.conv_shortcut.weight"));
        Assert.True(layout.Contains("up_blocks.0.upsamplers.0.conv_shortcut.weight"));
        Assert.False(layout.Contains("down_blocks.0.downsamplers.0.conv.weight"));
    }

    [Fact]
    public void A_network_that_does_not_see_time_has_no_parameters_for_it_and_sees_classes_all_the_same()
    {
        var blind = Networks.MiniA with { TimeEmbedding = TimeEmbeddingKind.None };
        Assert.DoesNotContain(Build(blind).Layout.Entries, e => e.Name.Contains("time", StringComparison.Ordinal));
        var layout = Build(blind with { Classes = 3 }).Layout;
        Assert.True(layout.Contains("class_embedding.weight"));
        Assert.True(layout.Contains("mid_block.resnets.0.time_emb_proj.weight"));
        Assert.DoesNotContain(layout.Entries, e => e.Name.StartsWith("time", StringComparison.Ordinal));
    }

    private static Graph Build(UNet2DOptions options)
    {
        var graph = new Graph();
        var side = options.SampleSize ?? 16;
        UNet2D.Build(graph, options, graph.Input("x", [1, side, side, options.InChannels]), graph.Input("t", [1]), options.Classes is null ? null : graph.Input("y", [1]));
        return graph;
    }
}
