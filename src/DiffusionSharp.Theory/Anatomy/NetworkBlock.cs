using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Anatomy;

/// <summary>A block of a U-Net as its graph shows it.</summary>
/// <param name="Name">Its dotted name.</param>
/// <param name="Output">The shape of what it gives, [N, H, W, C]; [N, C] of the time embedding.</param>
/// <param name="Parameters">Trained numbers.</param>
internal sealed record NetworkBlock(string Name, Shape Output, long Parameters)
{
    /// <summary>The blocks of a network in the order they are computed, from the node that it ends in.</summary>
    public static IReadOnlyList<NetworkBlock> Of(Node output) =>
    [
        .. NetworkSummary.Of(output).Layers
            .GroupBy(l => Of(l.Scope))
            .Where(g => g.Key.Length > 0)
            .Select(g => new NetworkBlock(
                g.Key,
                output.Graph.Nodes.Last(n => Of(n.Scope) == g.Key && n.Shape.Rank >= Rank(g.Key)).Shape,
                g.Sum(l => l.Parameters))),
    ];

    /// <summary>The skips: from which block the graph carries a picture to which, where it joins two along the channels.</summary>
    public static IReadOnlyList<(string From, string To)> Skips(Node output)
    {
        var nodes = output.Graph.Nodes;
        return
        [
            .. nodes.Where(n => n.Operation is Concatenate { Axis: 3 }).Select(joined => (
                Of(joined.Inputs[1].Scope),
                nodes.Where(n => n.Inputs.Contains(joined)).Select(n => Of(n.Scope)).First(s => s.Length > 0))),
        ];
    }

    // down_blocks.0.resnets.1.conv1 belongs to down_blocks.0.resnets.1, mid_block.attentions.0.to_q to mid_block.attentions.0.
    private static string Of(string scope)
    {
        var parts = scope.Split('.');
        var length = parts[0] switch
        {
            "down_blocks" or "up_blocks" => 4,
            "mid_block" => 3,
            _ => 1,
        };
        return parts.Length >= length ? string.Join('.', parts[..length]) : "";
    }

    private static int Rank(string name) => name == "time_embedding" ? 2 : 4;
}
