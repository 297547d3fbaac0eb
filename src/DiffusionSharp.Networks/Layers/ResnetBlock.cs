using DiffusionSharp.Graphs;

namespace DiffusionSharp.Networks.Layers;

/// <summary>What a residual block does to the resolution.</summary>
internal enum Resize
{
    None,
    Down,
    Up,
}

/// <summary>A residual block that knows the time.</summary>
/// <remarks>
/// <code>
/// h = conv1(resize(silu(norm1 x)))
/// h = conv2(dropout(silu(norm2(h + time))))                        // or, with scale and shift:
/// h = conv2(dropout(silu(norm2(h)·(1 + scale) + shift)))
/// y = (shortcut(resize x) + h)/outputScale                         // a 1×1 convolution where the widths differ
/// </code>
/// </remarks>
internal static class ResnetBlock
{
    public static Node Build(LayerBuilder layers, UNet2DOptions options, Node x, Node time, int channels, bool training, double outputScale = 1, Resize resize = Resize.None)
    {
        // The planner ends the later of two products with the sum, so the shortcut comes first.
        var shortcut = Sized(x, resize);
        var h = Sized(layers.GroupNorm("norm1", x, options.NormGroups, options.NormEpsilon, silu: true), resize);
        h = layers.Conv("conv1", h, channels);
        var injected = layers.Linear("time_emb_proj", Op.Silu(time), options.ScaleShift ? 2 * channels : channels);
        injected = Op.Reshape(injected, [x.Shape[0], 1, 1, injected.Shape[1]]);
        if (options.ScaleShift)
        {
            var (scale, shift) = (Op.Slice(injected, 3, 0, channels), Op.Slice(injected, 3, channels, channels));
            h = layers.GroupNorm("norm2", h, options.NormGroups, options.NormEpsilon);
            h = Op.Silu((h * (1 + scale)) + shift);
        }
        else
        {
            h = layers.GroupNorm("norm2", h + injected, options.NormGroups, options.NormEpsilon, silu: true);
        }

        if (training) h = Op.Dropout(h, options.Dropout);
        if (shortcut.Shape[3] != channels) shortcut = layers.Conv("conv_shortcut", shortcut, channels, kernel: 1);
        var y = shortcut + layers.Conv("conv2", h, channels, ends: true);
        return outputScale == 1 ? y : y / outputScale;
    }

    private static Node Sized(Node x, Resize resize) => resize switch
    {
        Resize.Down => Op.AveragePool(x, 2),
        Resize.Up => Op.UpsampleNearest(x, 2),
        _ => x,
    };
}
