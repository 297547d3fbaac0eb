using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs;

public static partial class Op
{
    /// <summary>
    /// The optimizer's step on all parameters of the graph: clipping, Adam or AdamW, and the average of the weights, in one pass.
    /// </summary>
    /// <param name="loss">A single value.</param>
    /// <param name="rates">
    /// [<see cref="AdamUpdate.RatesCount"/>]: learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, 1 − decay of the average, and what the update adds to them;
    /// an input filled before each run.
    /// </param>
    /// <param name="update">The settings of the optimizer.</param>
    /// <returns>[1]: the norm of all gradients before clipping. Where it or the loss is not finite, every weight stays as it was.</returns>
    public static Node Train(Node loss, Node rates, AdamUpdate update)
    {
        if (rates.Shape != [update.RatesCount]) throw new ArgumentException($"Train: the rates are [{update.RatesCount}], not {rates.Shape}.", nameof(rates));
        if (update.Parts < 1 || update.MoreAverages < 0)
            throw new ArgumentException(
                $"Train: at least 1 part and 0 more averages are expected, {update.Parts} and {update.MoreAverages} came.",
                nameof(update));
        var gradients = Gradients.Of(loss, loss.Graph.Parameters);
        // 0 · loss is 0, or NaN where the loss is not finite although its gradients are: then the rates say so, and nothing is updated.
        return loss.Graph.Build(update, [1], [rates + (0 * Reshape(loss, [1])), .. gradients]);
    }
}
