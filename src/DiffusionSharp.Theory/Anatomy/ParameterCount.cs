using System.Globalization;
using DiffusionSharp.Networks;

namespace DiffusionSharp.Theory.Anatomy;

/// <summary>The numbers that a U-Net of given widths trains, block by block, from the formulas of its layers alone.</summary>
/// <remarks>
/// <code>
/// convolution k × k:  k² Cᵢ Cₒ + Cₒ      linear:  Cᵢ Cₒ + Cₒ      group norm:  2C
/// residual block:  2Cᵢ + (9CᵢCₒ + Cₒ) + (TCₒ + Cₒ) + 2Cₒ + (9Cₒ² + Cₒ), and CᵢCₒ + Cₒ where Cᵢ ≠ Cₒ
/// attention:  2C + 4(C² + C)
/// </code>
/// with T = 4 C₀ the width of the time embedding. On the way up a block's Cᵢ holds the channels of its skip as well.
/// </remarks>
internal static class ParameterCount
{
    /// <summary>Counts by the name of the block.</summary>
    /// <param name="options">Widths and kinds of blocks; its channels are given.</param>
    public static IReadOnlyDictionary<string, long> Of(UNet2DOptions options)
    {
        var (widths, kindsDown, kindsUp) = (options.Channels!, options.DownBlocks!, options.UpBlocks!);
        long time = 4L * widths[0];
        var counts = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["time_embedding"] = Linear(widths[0], time) + Linear(time, time),
            ["conv_in"] = Conv(options.InChannels, widths[0]),
        };
        var skips = new Stack<long>([widths[0]]);
        long h = widths[0];
        for (var level = 0; level < widths.Count; level++)
        {
            for (var i = 0; i < options.LayersPerBlock; i++)
            {
                Layer(Name("down_blocks", level), i, h, widths[level], kindsDown[level]);
                skips.Push(h = widths[level]);
            }

            if (level == widths.Count - 1) break;
            counts[$"{Name("down_blocks", level)}.downsamplers.0"] = Conv(h, h);
            skips.Push(h);
        }

        counts["mid_block.resnets.0"] = Resnet(h, h);
        counts["mid_block.attentions.0"] = Attention(h);
        counts["mid_block.resnets.1"] = Resnet(h, h);
        for (var level = 0; level < widths.Count; level++)
        {
            var width = widths[^(level + 1)];
            for (var i = 0; i <= options.LayersPerBlock; i++)
            {
                Layer(Name("up_blocks", level), i, h + skips.Pop(), width, kindsUp[level]);
                h = width;
            }

            if (level < widths.Count - 1) counts[$"{Name("up_blocks", level)}.upsamplers.0"] = Conv(h, h);
        }

        counts["conv_norm_out"] = 2 * h;
        counts["conv_out"] = Conv(h, options.OutChannels);
        return counts;

        long Resnet(long inputs, long outputs) => OfResidual(inputs, outputs, time);

        void Layer(string block, int index, long inputs, long outputs, BlockKind kind)
        {
            counts[$"{Name($"{block}.resnets", index)}"] = Resnet(inputs, outputs);
            if (kind == BlockKind.Attention) counts[$"{Name($"{block}.attentions", index)}"] = Attention(outputs);
        }
    }

    /// <summary>Of a residual block.</summary>
    /// <param name="inputs">Channels that it takes in, with those of its skip.</param>
    /// <param name="outputs">Channels that it gives.</param>
    /// <param name="time">T, the width of the time embedding.</param>
    public static long OfResidual(long inputs, long outputs, long time) =>
        (2 * inputs) + Conv(inputs, outputs) + Linear(time, outputs) + (2 * outputs) + Conv(
            outputs,
            outputs) + (inputs == outputs ? 0 : Linear(inputs, outputs));

    private static long Conv(long inputs, long outputs) => (9 * inputs * outputs) + outputs;

    private static long Linear(long inputs, long outputs) => (inputs * outputs) + outputs;

    private static long Attention(long width) => (2 * width) + (4 * Linear(width, width));

    private static string Name(string name, int index) => $"{name}.{index.ToString(CultureInfo.InvariantCulture)}";
}
