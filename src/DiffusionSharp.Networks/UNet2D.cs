using System.Globalization;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Layers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks;

/// <summary>The U-Net of DDPM: residual blocks and self-attention down to a coarse picture and up again, with a skip from each layer to its mirror.</summary>
/// <remarks>
/// Ronneberger et al. 2015, arXiv:1505.04597, as changed by Ho et al. 2020, arXiv:2006.11239, appendix B. Parameters carry the dotted names
/// of diffusers' <c>UNet2DModel</c>, in the layouts [KH, KW, Ci, Co] and [in, out]; <see cref="Weights.ParameterConversion"/> turns them.
/// </remarks>
public static class UNet2D
{
    /// <summary>Builds the network.</summary>
    /// <param name="graph">Where the nodes and parameters are made.</param>
    /// <param name="options">Widths, blocks and the rest.</param>
    /// <param name="x">Pictures [N, H, W, C]; H and W are multiples of 2 to the number of levels less one.</param>
    /// <param name="t">Time of each picture [N], in whatever unit the weights are trained on; a step index for DDPM.</param>
    /// <param name="labels">Class of each picture [N], integers below <see cref="UNet2DOptions.Classes"/>; null where there are no classes.</param>
    /// <param name="training">Whether dropout is active.</param>
    /// <returns>[N, H, W, <see cref="UNet2DOptions.OutChannels"/>].</returns>
    /// <exception cref="ArgumentException">A shape or an option does not fit; the message says what was expected.</exception>
    /// <exception cref="NotSupportedException">The options ask for what is not supported.</exception>
    public static Node Build(Graph graph, UNet2DOptions options, Node x, Node t, Node? labels = null, bool training = false)
    {
        options.Validate();
        CheckShapes(options, x.Shape, t.Shape, labels?.Shape);
        var builder = new Builder(graph, options, training);
        return builder.Build(x, t, labels);
    }

    private static void CheckShapes(UNet2DOptions options, Shape x, Shape t, Shape? labels)
    {
        if (x.Rank != 4 || x.Count == 0 || x[3] != options.InChannels) throw new ArgumentException($"UNet2D: pictures are [N, H, W, {options.InChannels}] with no dimension 0, {x} came.");
        var multiple = options.SideMultiple;
        if (x[1] % multiple != 0 || x[2] % multiple != 0) throw new ArgumentException($"UNet2D: {options.Widths.Count} levels need sides that are multiples of {multiple}, pictures of {x} came; crop or pad them, or take fewer levels.");
        if (t != [x[0]]) throw new ArgumentException($"UNet2D: times are [{x[0]}] for pictures of {x}, {t} came.");
        if (options.Classes is null && labels is not null) throw new ArgumentException("UNet2D: labels came for a network without classes; set Classes.");
        if (options.Classes is not null && labels != [x[0]]) throw new ArgumentException($"UNet2D: labels are [{x[0]}] for {options.Classes} classes and pictures of {x}, {(labels is null ? "none" : labels)} came.");
    }

    private sealed class Builder(Graph graph, UNet2DOptions options, bool training)
    {
        private readonly LayerBuilder layers = new(graph, options.Initialization);
        private readonly Stack<Node> skips = [];
        private Node time = null!;

        public Node Build(Node x, Node t, Node? labels)
        {
            time = Time(t, labels);
            var h = layers.Conv("conv_in", options.CenterInput ? (2 * x) - 1 : x, options.Widths[0]);
            skips.Push(h);
            for (var level = 0; level < options.Widths.Count; level++)
                using (graph.Scope(Indexed("down_blocks", level))) h = Down(h, level);
            using (graph.Scope("mid_block")) h = Middle(h);
            for (var level = 0; level < options.Widths.Count; level++)
                using (graph.Scope(Indexed("up_blocks", level))) h = Up(h, level);
            h = layers.GroupNorm("conv_norm_out", h, options.NormGroups, options.NormEpsilon, silu: true);
            return layers.Conv("conv_out", h, options.OutChannels, ends: true);
        }

        private Node Time(Node t, Node? labels)
        {
            Node time;
            using (graph.Scope("time_embedding"))
            {
                time = Op.SinusoidalFeatures(t, options.Widths[0], options.CosineFirst, options.FrequencyShift);
                time = Op.Silu(layers.Linear("linear_1", time, options.TimeWidth));
                time = layers.Linear("linear_2", time, options.TimeWidth);
            }

            return labels is null ? time : time + layers.Embedding("class_embedding", labels, options.Classes!.Value, options.TimeWidth);
        }

        private Node Down(Node h, int level)
        {
            var (width, kind) = (options.Widths[level], options.Down[level]);
            for (var i = 0; i < options.LayersPerBlock; i++)
            {
                h = Layer(h, width, kind, i);
                skips.Push(h);
            }

            if (level == options.Widths.Count - 1) return h;
            using (graph.Scope("downsamplers.0"))
            {
                // Zero padding of DDPM's TensorFlow code: one row below and one column to the right.
                var padding = options.DownsamplePadding == 0 ? new Padding(0, 1, 0, 1) : Padding.All(1);
                h = kind == BlockKind.Attention && options.Downsampling == ResamplingKind.Resnet
                    ? ResnetBlock.Build(layers, options, h, time, width, training, resize: Resize.Down)
                    : layers.Conv("conv", h, width, stride: 2, padding: padding);
            }

            skips.Push(h);
            return h;
        }

        private Node Middle(Node h)
        {
            var width = options.Widths[^1];
            using (graph.Scope("resnets.0")) h = ResnetBlock.Build(layers, options, h, time, width, training, options.MidScale);
            if (options.MidAttention)
            {
                var groups = options.MidNormGroups ?? (options.ScaleShift ? null : options.NormGroups);
                using (graph.Scope("attentions.0")) h = AttentionBlock.Build(layers, h, groups, options.NormEpsilon, options.HeadWidth, options.MidScale);
            }

            using (graph.Scope("resnets.1")) return ResnetBlock.Build(layers, options, h, time, width, training, options.MidScale);
        }

        private Node Up(Node h, int level)
        {
            var (width, kind) = (options.Widths[^(level + 1)], options.Up[level]);
            for (var i = 0; i <= options.LayersPerBlock; i++) h = Layer(Op.Concatenate(3, h, skips.Pop()), width, kind, i);
            if (level == options.Widths.Count - 1) return h;
            using (graph.Scope("upsamplers.0"))
            {
                return kind == BlockKind.Attention && options.Upsampling == ResamplingKind.Resnet
                    ? ResnetBlock.Build(layers, options, h, time, width, training, resize: Resize.Up)
                    : layers.Conv("conv", Op.UpsampleNearest(h, 2), width);
            }
        }

        private Node Layer(Node h, int width, BlockKind kind, int index)
        {
            using (graph.Scope(Indexed("resnets", index))) h = ResnetBlock.Build(layers, options, h, time, width, training);
            if (kind != BlockKind.Attention) return h;
            using (graph.Scope(Indexed("attentions", index))) return AttentionBlock.Build(layers, h, options.NormGroups, options.NormEpsilon, options.HeadWidth);
        }

        private static string Indexed(string name, int index) => $"{name}.{index.ToString(CultureInfo.InvariantCulture)}";
    }
}
