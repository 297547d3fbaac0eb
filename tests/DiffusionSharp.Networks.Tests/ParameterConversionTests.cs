using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Weights;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Tests;

public sealed class ParameterConversionTests
{
    [Fact]
    public void A_convolution_moves_outputs_first_and_the_window_last()
    {
        var ours = Counted([2, 3, 4, 5]);
        var torch = ParameterConversion.ToTorch("conv_in.weight", ours);
        Assert.Equal(Shape.Create([5, 4, 2, 3]), torch.Shape);
        for (var (i, o) = (0, 0); o < 5; o++)
            for (var c = 0; c < 4; c++)
                for (var h = 0; h < 2; h++)
                    for (var w = 0; w < 3; w++) Assert.Equal(ours.Values[(((((h * 3) + w) * 4) + c) * 5) + o], torch.Values[i++]);
    }

    [Fact]
    public void A_linear_layer_is_transposed_and_a_table_of_embeddings_is_not()
    {
        Assert.Equal([0, 3, 1, 4, 2, 5], ParameterConversion.ToTorch("time_embedding.linear_1.weight", Counted([2, 3])).Values.ToArray());
        Assert.Equal([0, 1, 2, 3, 4, 5], ParameterConversion.ToTorch("class_embedding.weight", Counted([2, 3])).Values.ToArray());
    }

    [Theory]
    [InlineData("conv_in.weight", 3, 3, 4, 5)]
    [InlineData("time_embedding.linear_2.weight", 7, 5)]
    [InlineData("class_embedding.weight", 7, 5)]
    [InlineData("conv_in.bias", 7)]
    public void There_and_back_gives_the_same_parameter(string name, params int[] dimensions)
    {
        var value = Counted(Shape.Create(dimensions));
        var back = ParameterConversion.FromTorch(name, ParameterConversion.ToTorch(name, value));
        Assert.Equal(value.Shape, back.Shape);
        Assert.Equal(value.Values.ToArray(), back.Values.ToArray());
    }

    [Theory]
    [InlineData("down_blocks.1.attentions.0.query.weight", "down_blocks.1.attentions.0.to_q.weight")]
    [InlineData("mid_block.attentions.0.key.bias", "mid_block.attentions.0.to_k.bias")]
    [InlineData("up_blocks.2.attentions.1.value.weight", "up_blocks.2.attentions.1.to_v.weight")]
    [InlineData("mid_block.attentions.0.proj_attn.bias", "mid_block.attentions.0.to_out.0.bias")]
    [InlineData("mid_block.attentions.0.to_q.weight", "mid_block.attentions.0.to_q.weight")]
    [InlineData("mid_block.resnets.0.key.weight", "mid_block.resnets.0.key.weight")]
    [InlineData("conv_in.bias", "conv_in.bias")]
    public void Old_names_of_attention_layers_become_the_present_ones(string old, string present) => Assert.Equal(present, TorchNames.Upgrade(old));

    [Fact]
    public void What_is_exported_under_old_names_imports_to_the_same_bytes()
    {
        var weights = MiniA();
        weights.Initialize(new Rng(5));
        var exported = ParameterConversion.Export(weights).ToDictionary(p => p.Name.Replace("to_q.", "query.", StringComparison.Ordinal).Replace("to_out.0.", "proj_attn.", StringComparison.Ordinal), p => p.Value);
        var imported = MiniA();
        ParameterConversion.Import(imported, exported.Keys, n => exported[n]);
        Assert.True(weights.Memory.Span.SequenceEqual(imported.Memory.Span));
    }

    [Fact]
    public void Missing_and_unexpected_names_are_listed_in_one_line_and_nothing_is_written()
    {
        var weights = MiniA();
        var given = ParameterConversion.Export(weights).ToDictionary(p => p.Name, p => p.Value);
        given.Remove("conv_in.bias");
        given["encoder.weight"] = Counted([1]);
        weights.Memory.Span.Fill(3);
        var error = Assert.Throws<ArgumentException>(() => ParameterConversion.Import(weights, given.Keys, n => given[n]));
        Assert.Equal("Weights: 144 parameters were expected and 144 came; 1 missing (conv_in.bias), 1 unexpected (encoder.weight).", error.Message);
        Assert.True(weights.Memory.Span.IndexOfAnyExcept(3f) < 0);
    }

    [Fact]
    public void A_parameter_of_another_shape_is_named_with_both_shapes_and_nothing_is_written()
    {
        var weights = MiniA();
        var given = ParameterConversion.Export(weights).ToDictionary(p => p.Name, p => p.Value);
        given["up_blocks.1.resnets.1.conv2.weight"] = Counted([8, 8, 1, 1]);
        weights.Memory.Span.Fill(3);
        var error = Assert.Throws<ArgumentException>(() => ParameterConversion.Import(weights, given.Keys, n => given[n]));
        Assert.Equal("Weights: 'up_blocks.1.resnets.1.conv2.weight' is [8, 8, 3, 3] in this network, [8, 8, 1, 1] came.", error.Message);
        Assert.True(weights.Memory.Span.IndexOfAnyExcept(3f) < 0);
    }

    private static ParameterBuffer MiniA()
    {
        var graph = new Graph();
        UNet2D.Build(graph, Networks.MiniA, graph.Input("x", [1, 16, 16, 3]), graph.Input("t", [1]));
        return new ParameterBuffer(graph.Layout);
    }

    private static FloatTensor Counted(Shape shape) => new(shape, [.. Enumerable.Range(0, shape.Count).Select(i => (float)i)]);
}
