using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Models;

/// <summary>A network that is a function, and what is asked of its result before it is planned.</summary>
/// <param name="function">The function.</param>
/// <param name="learnsVariance">Whether it gives twice the last axis, the second half for a variance.</param>
internal sealed class OwnNetwork(NetworkFunction function, bool learnsVariance)
{
    private IReadOnlyList<(string Name, Shape Shape)>? first;

    /// <summary>Asks the function and checks what it gives.</summary>
    /// <exception cref="ArgumentException">It gives no prediction for these inputs.</exception>
    public Node Build(NetworkInputs inputs)
    {
        var output = function(inputs)
            ?? throw new ArgumentException("Network: the function gave null; the node of the prediction is expected.");
        if (output.Graph != inputs.Graph)
            throw new ArgumentException("Network: the function gave a node of another graph; build in the Graph that it is given.");
        var x = inputs.X.Shape;
        var expected = learnsVariance ? x.With(^1, 2 * x[^1]) : x;
        if (output.Shape != expected)
        {
            var half = learnsVariance ? ", its second half for the variance" : "";
            throw new ArgumentException($"Network: the function gave {output.Shape} for noisy samples of {x}; a prediction of {expected} is expected{half}.");
        }

        var seen = Ancestors(output);
        if (!seen.Contains(inputs.X)) throw new ArgumentException("Network: the function's prediction does not depend on the noisy samples X.");
        if (inputs.Labels is { } labels && !seen.Contains(labels))
            throw new ArgumentException(
                "Network: the function's prediction does not depend on Labels, and the run trains classes; use them, or train without classes.");
        CheckParameters(inputs.Graph.Layout);
        return output;
    }

    // Programs of one network share one memory of weights, place by place.
    private void CheckParameters(ParameterLayout layout)
    {
        if (!layout.Entries.Any(e => e.Trained)) throw new ArgumentException("Network: the function makes no parameter to train.");
        var made = layout.Entries.Select(e => (e.Name, e.Shape)).ToList();
        first ??= made;
        if (made.SequenceEqual(first)) return;
        const string Same = "it must make the same ones, of the same names and shapes in the same order, whenever it is asked";
        throw new ArgumentException($"Network: the function made other parameters than before; {Same}.");
    }

    /// <summary>A configuration that was read, with the function that its network is.</summary>
    /// <param name="config">As read.</param>
    /// <param name="network">The function; null where none is given.</param>
    /// <param name="path">What was read, for messages.</param>
    /// <exception cref="DataException">The network is a function and none is given.</exception>
    /// <exception cref="ArgumentException">A function is given and the network is none.</exception>
    public static RunConfig Given(RunConfig config, NetworkFunction? network, string path)
    {
        var kind = config.UNet is null ? "an MLP" : "a U-Net";
        if (config.OwnNetwork is null && network is not null)
            throw new ArgumentException(
                $"{path}: a function is given as network, and this model's network is {kind} of its configuration; leave the function out.");
        if (config.OwnNetwork is not null && network is null) throw new DataException($"{path}: {NetworkBlueprint.FunctionNeeded}");
        return config with { Network = network };
    }

    private static HashSet<Node> Ancestors(Node output)
    {
        var seen = new HashSet<Node> { output };
        var open = new Stack<Node>([output]);
        while (open.TryPop(out var node))
        {
            foreach (var input in node.Inputs)
                if (seen.Add(input)) open.Push(input);
        }

        return seen;
    }
}
