using System.Globalization;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Layers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks;

/// <summary>
/// The U-Net of DDPM and of NCSN++: residual blocks and self-attention down to a coarse picture and up again,
/// with a skip from each layer to its mirror.
/// </summary>
/// <remarks>
/// Ronneberger et al. 2015, arXiv:1505.04597, as changed by Ho et al. 2020, arXiv:2006.11239, appendix B, and by Song et al. 2021,
/// arXiv:2011.13456, appendix H. Parameters carry the dotted names
/// of diffusers' <c>UNet2DModel</c>, in the layouts [KH, KW, Ci, Co] and [in, out]; <see cref="Weights.ParameterConversion"/> turns them.
/// </remarks>
public static class UNet2D
{
    /// <summary>Builds the network.</summary>
    /// <param name="graph">Where the nodes and parameters are made.</param>
    /// <param name="options">Widths, blocks and the rest.</param>
    /// <param name="x">Pictures [N, H, W, C]; H and W are multiples of 2 to the number of levels less one.</param>
    /// <param name="t">
    /// Time of each picture [N], in whatever unit the weights are trained on; a step index for DDPM. With
    /// <see cref="TimeEmbeddingKind.Fourier"/> and <see cref="TimeEmbeddingKind.None"/> it is σ, above 0, which the output is divided by.
    /// </param>
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
        if (x.Rank != 4 || x.Count == 0 || x[3] != options.InChannels)
            throw new ArgumentException($"UNet2D: pictures are [N, H, W, {options.InChannels}] with no dimension 0, {x} came.");
        var multiple = options.SideMultiple;
        if (x[1] % multiple != 0 || x[2] % multiple != 0)
            throw new ArgumentException(
                $"UNet2D: {options.Widths.Count} levels need sides that are multiples of {multiple}, pictures of {x} came; "
                + "crop or pad them, or take fewer levels.");
        if (t != [x[0]]) throw new ArgumentException($"UNet2D: times are [{x[0]}] for pictures of {x}, {t} came.");
        if (options.Classes is null && labels is not null) throw new ArgumentException("UNet2D: labels came for a network without classes; set Classes.");
        if (options.Classes is not null && labels != [x[0]])
            throw new ArgumentException(
                $"UNet2D: labels are [{x[0]}] for {options.Classes} classes and pictures of {x}, {(labels is null ? "none" : labels)} came.");
    }

    private sealed class Builder(Graph graph, UNet2DOptions options, bool training)
    {
        // Blocks with pictures divide every sum by √2, so that variances do not grow with depth.
        private static readonly double PictureScale = Math.Sqrt(2);

        private readonly LayerBuilder layers = new(graph, options.Initialization);
        private readonly Stack<Node> skips = [];
        private Node? embedding;

        // The side branch: the input made smaller on the way down, what becomes part of the output on the way up.
        private Node? pictures;

        public Node Build(Node x, Node t, Node? labels)
        {
            embedding = Embedding(t, labels);
            x = options.CenterInput ? (2 * x) - 1 : x;
            pictures = options.Down.Any(IsSkip) ? x : null;
            var h = layers.Conv("conv_in", x, options.Widths[0]);
            skips.Push(h);
            for (var level = 0; level < options.Widths.Count; level++)
                using (graph.Scope(Indexed("down_blocks", level))) h = Down(h, level);
            using (graph.Scope("mid_block")) h = Middle(h);
            pictures = null;
            for (var level = 0; level < options.Widths.Count; level++)
                using (graph.Scope(Indexed("up_blocks", level))) h = Up(h, level);
            h = layers.GroupNorm("conv_norm_out", h, options.Groups(options.Widths[0]), options.NormEpsilon, silu: true);
            h = layers.Conv("conv_out", h, options.OutChannels, ends: true);
            if (pictures is not null) h += pictures;
            return options.DividesByTime ? h / Op.Reshape(t, [t.Shape[0], 1, 1, 1]) : h;
        }

        private Node? Embedding(Node t, Node? labels)
        {
            Node? time = null;
            if (options.TimeEmbedding != TimeEmbeddingKind.None)
            {
                time = options.TimeEmbedding == TimeEmbeddingKind.Fourier
                    ? FourierEmbedding.Build(layers, t, options.Widths[0])
                    : Op.SinusoidalFeatures(t, options.Widths[0], options.CosineFirst, options.FrequencyShift);
                using (graph.Scope("time_embedding"))
                {
                    time = Op.Silu(layers.Linear("linear_1", time, options.TimeWidth));
                    time = layers.Linear("linear_2", time, options.TimeWidth);
                }
            }

            if (labels is null) return time;
            var label = layers.Embedding("class_embedding", labels, options.Classes!.Value, options.TimeWidth);
            return time is null ? label : time + label;
        }

        private Node Down(Node h, int level)
        {
            var (width, kind) = (options.Widths[level], options.Down[level]);
            for (var i = 0; i < options.LayersPerBlock; i++)
            {
                h = Resnet(Indexed("resnets", i), h, Shape(h, width, kind));
                if (Attends(kind)) h = Attention(Indexed("attentions", i), h, kind);
                skips.Push(h);
            }

            if (level == options.Widths.Count - 1) return h;
            if (pictures is not null) pictures = layers.Fir.Down(pictures);
            if (IsSkip(kind))
            {
                h = Resnet("resnet_down", h, Shape(h, width, kind) with { Resize = Resize.Down, Fir = true });
                h = layers.Conv("skip_conv", pictures!, width, kernel: 1) + h;
            }
            else if (ByResnet(options.Downsampling, kind))
            {
                h = Resnet("downsamplers.0", h, Shape(h, width, kind) with { Resize = Resize.Down, Fir = options.Downsampling == ResamplingKind.Fir });
            }
            else
            {
                // Zero padding of DDPM's TensorFlow code: one row below and one column to the right.
                var padding = options.DownsamplePadding == 0 ? new Padding(0, 1, 0, 1) : Padding.All(1);
                using (graph.Scope("downsamplers.0")) h = layers.Conv("conv", h, width, stride: 2, padding: padding);
            }

            skips.Push(h);
            return h;
        }

        private Node Middle(Node h)
        {
            var width = options.Widths[^1];
            var shape = new ResnetShape(width, options.Groups(width), options.Groups(width), options.MidScale);
            h = Resnet("resnets.0", h, shape);
            if (options.MidAttention)
            {
                var groups = options.MidNormGroups ?? (options.ScaleShift ? null : options.Groups(width));
                using (graph.Scope("attentions.0")) h = AttentionBlock.Build(layers, h, groups, options.NormEpsilon, options.HeadWidth, options.MidScale);
            }

            return Resnet("resnets.1", h, shape);
        }

        private Node Up(Node h, int level)
        {
            var (width, kind) = (options.Widths[^(level + 1)], options.Up[level]);
            for (var i = 0; i <= options.LayersPerBlock; i++)
            {
                var (channels, skip) = (h.Shape[3], skips.Pop());
                h = Op.Concatenate(3, h, skip);
                var shape = Shape(h, width, kind);
                var joined = kind == BlockKind.AttentionSkip ? shape with { InputGroups = NormGroupCount.Joined(channels, skip.Shape[3]) } : shape;
                h = Resnet(Indexed("resnets", i), h, joined);
                if (kind == BlockKind.Attention) h = Attention(Indexed("attentions", i), h, kind);
            }

            if (kind == BlockKind.AttentionSkip) h = Attention("attentions.0", h, kind);
            if (pictures is not null) pictures = layers.Fir.Up(pictures);
            if (level == options.Widths.Count - 1) return h;
            if (IsSkip(kind))
            {
                var normed = layers.GroupNorm("skip_norm", h, NormGroupCount.Quarter(width), options.NormEpsilon, silu: true);
                var part = layers.Conv("skip_conv", normed, options.OutChannels);
                pictures = pictures is null ? part : pictures + part;
                return Resnet("resnet_up", h, Shape(h, width, kind) with { Resize = Resize.Up, Fir = true });
            }

            if (ByResnet(options.Upsampling, kind))
            {
                var shape = Shape(h, width, kind) with { Resize = Resize.Up, Fir = options.Upsampling == ResamplingKind.Fir };
                return Resnet("upsamplers.0", h, shape);
            }

            using (graph.Scope("upsamplers.0")) return layers.Conv("conv", Op.UpsampleNearest(h, 2), width);
        }

        private Node Resnet(string name, Node h, ResnetShape shape)
        {
            using (graph.Scope(name)) return ResnetBlock.Build(layers, options, h, embedding, shape, training);
        }

        private Node Attention(string name, Node h, BlockKind kind)
        {
            var (channels, skip) = (h.Shape[3], IsSkip(kind));
            var groups = skip ? NormGroupCount.Attention(channels) : options.Groups(channels);
            var scale = skip ? PictureScale : options.ResidualScale;
            using (graph.Scope(name)) return AttentionBlock.Build(layers, h, groups, options.NormEpsilon, options.HeadWidth, scale);
        }

        private ResnetShape Shape(Node h, int width, BlockKind kind) => IsSkip(kind)
            ? new(width, NormGroupCount.Quarter(h.Shape[3]), NormGroupCount.Quarter(width), PictureScale)
            : new(width, options.Groups(h.Shape[3]), options.Groups(width), options.ResidualScale);

        // In diffusers residual resampling needs attention beside it; that of FIR, which it does not have, does not.
        private static bool ByResnet(ResamplingKind resampling, BlockKind kind) =>
            resampling == ResamplingKind.Fir || (resampling == ResamplingKind.Resnet && kind == BlockKind.Attention);

        private static bool IsSkip(BlockKind kind) => kind is BlockKind.Skip or BlockKind.AttentionSkip;

        private static bool Attends(BlockKind kind) => kind is BlockKind.Attention or BlockKind.AttentionSkip;

        private static string Indexed(string name, int index) => $"{name}.{index.ToString(CultureInfo.InvariantCulture)}";
    }
}
