namespace DiffusionSharp.Graphs;

public static partial class Op
{
    /// <summary>
    /// The optimizer's step on all parameters of the graph: clipping, Adam or AdamW, and the average of the weights, in one pass.
    /// </summary>
    /// <param name="loss">A single value.</param>
    /// <param name="rates">[4]: learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, decay of the average; an input filled before each run.</param>
    /// <param name="update">Settings.</param>
    /// <returns>[1]: the norm of all gradients before clipping.</returns>
    public static Node Train(Node loss, Node rates, AdamUpdate update)
    {
        if (rates.Shape != [4]) throw new ArgumentException($"Train: the rates are [4], not {rates.Shape}.", nameof(rates));
        var gradients = Gradients.Of(loss, loss.Graph.Parameters);
        return loss.Graph.Build(update, [1], [rates, .. gradients]);
    }
}
