using DiffusionSharp.Graphs;

namespace DiffusionSharp.Networks.Layers;

/// <summary>What a residual block does to the resolution.</summary>
internal enum Resize
{
    None,
    Down,
    Up,
}

/// <summary>What one residual block differs in from the others of its network.</summary>
/// <param name="Channels">Width of the result.</param>
/// <param name="InputGroups">Groups of the first norm, over the channels that come.</param>
/// <param name="Groups">Groups of the second norm, over <paramref name="Channels"/>.</param>
/// <param name="OutputScale">What the sum is divided by.</param>
/// <param name="Resize">What it does to the resolution.</param>
/// <param name="Fir">Whether it resizes through [1, 3, 3, 1] and convolves the shortcut whatever the widths are, as NCSN++ does.</param>
internal sealed record ResnetShape(int Channels, int InputGroups, int Groups, double OutputScale = 1, Resize Resize = Resize.None, bool Fir = false);

/// <summary>A residual block that knows the time.</summary>
/// <remarks>
/// <code>
/// h = conv1(resize(silu(norm1 x)))
/// h = conv2(dropout(silu(norm2(h + time))))                        // or, with scale and shift:
/// h = conv2(dropout(silu(norm2(h)·(1 + scale) + shift)))
/// y = (shortcut(resize x) + h)/outputScale                         // a 1×1 convolution where the widths differ
/// </code>
/// Without an embedding, of time or class, nothing is added.
/// </remarks>
internal static class ResnetBlock
{
    /// <summary>Builds the block.</summary>
    /// <param name="layers">Makes the parameters.</param>
    /// <param name="options">What all blocks of the network share.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="embedding">Of time and class, [N, width]; null: the block sees neither.</param>
    /// <param name="shape">What this block has of its own.</param>
    /// <param name="training">Whether dropout is active.</param>
    public static Node Build(LayerBuilder layers, UNet2DOptions options, Node x, Node? embedding, ResnetShape shape, bool training)
    {
        // The planner ends the later of two products with the sum, so the shortcut comes first.
        var channels = shape.Channels;
        var shortcut = Sized(layers, x, shape);
        var h = Sized(layers, layers.GroupNorm("norm1", x, shape.InputGroups, options.NormEpsilon, silu: true), shape);
        h = layers.Conv("conv1", h, channels);
        var injected = embedding is null ? null : layers.Linear("time_emb_proj", Op.Silu(embedding), options.ScaleShift ? 2 * channels : channels);
        if (injected is not null) injected = Op.Reshape(injected, [x.Shape[0], 1, 1, injected.Shape[1]]);
        if (options.ScaleShift && injected is not null)
        {
            var (scale, shift) = (Op.Slice(injected, 3, 0, channels), Op.Slice(injected, 3, channels, channels));
            h = layers.GroupNorm("norm2", h, shape.Groups, options.NormEpsilon);
            h = Op.Silu((h * (1 + scale)) + shift);
        }
        else
        {
            h = layers.GroupNorm("norm2", injected is null ? h : h + injected, shape.Groups, options.NormEpsilon, silu: true);
        }

        if (training) h = Op.Dropout(h, options.Dropout);
        if (shortcut.Shape[3] != channels || (shape.Fir && shape.Resize != Resize.None)) shortcut = layers.Conv("conv_shortcut", shortcut, channels, kernel: 1);
        var y = shortcut + layers.Conv("conv2", h, channels, ends: true);
        return shape.OutputScale == 1 ? y : y / shape.OutputScale;
    }

    private static Node Sized(LayerBuilder layers, Node x, ResnetShape shape) => (shape.Resize, shape.Fir) switch
    {
        (Resize.Down, false) => Op.AveragePool(x, 2),
        (Resize.Up, false) => Op.UpsampleNearest(x, 2),
        (Resize.Down, true) => layers.Fir.Down(x),
        (Resize.Up, true) => layers.Fir.Up(x),
        _ => x,
    };
}
