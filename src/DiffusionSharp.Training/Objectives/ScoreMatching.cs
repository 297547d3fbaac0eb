using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Objectives;

/// <summary>Losses that fit a network s(x) to the score ∇ ln p(x), as nodes: one value for each sample, whose mean is the objective.</summary>
/// <remarks>
/// <code>
/// explicit J_E = ½ E‖s(x) − ∇ ln p(x)‖²
/// implicit J_I = E[½‖s(x)‖² + tr ∇s(x)]                    J_I − J_E = −½ E‖∇ ln p(x)‖²
/// sliced   J_S = E[½(vᵀs(x))² + vᵀ∇s(x) v],  E vvᵀ = I       J_S = J_I;  with ½‖s‖² in place of ½(vᵀs)² it varies less
/// denoising J_D = ½ E‖s(x₀ + σ ε) + ε/σ‖²                    J_D − J_E = ½ D/σ² − ½ E‖∇ ln p_σ(x)‖², both at p_σ, the law of x₀ + σ ε
/// </code>
/// Hyvärinen 2005 (JMLR 6, theorem 1); Vincent 2011 (Neural Computation 23, section 4.2); Song et al. 2019, arXiv:1905.07088, equations
/// 7 and 8; Song and Ermon 2019, arXiv:1907.05600, equations 5 and 6. The score of a sample must depend on that sample alone. The implicit
/// and sliced losses hold derivatives by x, so training them differentiates twice: networks with group norm or attention cannot be trained so.
/// </remarks>
public static class ScoreMatching
{
    /// <summary>Against the true score: for studies, where it is known.</summary>
    /// <param name="score">s, from [N, D] to [N, D].</param>
    /// <param name="x">Samples of p, [N, D].</param>
    /// <param name="trueScore">∇ ln p at them, [N, D].</param>
    /// <returns>[N].</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static Node Explicit(Func<Node, Node> score, Node x, Node trueScore)
    {
        Same(nameof(Explicit), x, trueScore);
        return HalfSquare(Score(nameof(Explicit), score, x) - trueScore);
    }

    /// <summary>By the exact divergence: D backward passes.</summary>
    /// <inheritdoc cref="Explicit"/>
    public static Node Implicit(Func<Node, Node> score, Node x)
    {
        var s = Score(nameof(Implicit), score, x);
        var loss = HalfSquare(s);
        for (var i = 0; i < x.Shape[1]; i++)
        {
            // Samples do not meet, so the gradient of the sum over samples holds each sample's own derivative.
            var row = Gradients.Of(Op.Sum(Op.Slice(s, 1, i, 1)), [x])[0];
            loss += Op.Reshape(Op.Slice(row, 1, i, 1), loss.Shape);
        }

        return loss;
    }

    /// <summary>By random directions, one backward pass for each.</summary>
    /// <param name="score">s, from [N, D] to [N, D].</param>
    /// <param name="x">Samples of p, [N, D].</param>
    /// <param name="directions">One or more v, [N, D], of mean 0 and covariance I: standard normal, or ±1 evenly; their losses are averaged.</param>
    /// <returns>[N].</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or there is no direction.</exception>
    public static Node Sliced(Func<Node, Node> score, Node x, params IReadOnlyList<Node> directions) =>
        AlongDirections(nameof(Sliced), score, x, directions, (_, along) => 0.5 * Op.Square(along));

    /// <summary>By random directions, with the square of the score taken exactly: less variance.</summary>
    /// <inheritdoc cref="Sliced"/>
    public static Node SlicedVarianceReduced(Func<Node, Node> score, Node x, params IReadOnlyList<Node> directions) =>
        AlongDirections(nameof(SlicedVarianceReduced), score, x, directions, (s, _) => HalfSquare(s));

    /// <summary>At one noise level: fits the score of p_σ, the law of x₀ + σ ε.</summary>
    /// <param name="score">s, from [N, D] to [N, D].</param>
    /// <param name="x0">Samples of p, [N, D].</param>
    /// <param name="noise">ε, standard normal, [N, D].</param>
    /// <param name="sigma">σ, above 0, in data units.</param>
    /// <returns>[N].</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or σ is not positive and finite.</exception>
    public static Node Denoising(Func<Node, Node> score, Node x0, Node noise, double sigma)
    {
        Same(nameof(Denoising), x0, noise);
        if (!(sigma > 0 && double.IsFinite(sigma)))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "ScoreMatching.Denoising: σ must be finite and above 0.");
        return HalfSquare(Score(nameof(Denoising), score, x0 + (sigma * noise)) + (noise / sigma));
    }

    /// <summary>At many noise levels, each weighed by σ² so that none outweighs the others: the objective of NCSN.</summary>
    /// <param name="score">s, from [N, D] and the noise levels [N] to [N, D].</param>
    /// <param name="x0">Samples of p, [N, D].</param>
    /// <param name="noise">ε, standard normal, [N, D].</param>
    /// <param name="sigma">Each sample's σ, [N], above 0.</param>
    /// <returns>[N]: ½ σ² ‖s(x₀ + σ ε, σ) + ε/σ‖².</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static Node DenoisingOverLevels(Func<Node, Node, Node> score, Node x0, Node noise, Node sigma)
    {
        Same(nameof(DenoisingOverLevels), x0, noise);
        Shape expected = [x0.Shape[0]];
        if (sigma.Shape != expected)
            throw new ArgumentException(
                $"ScoreMatching.DenoisingOverLevels: noise levels of shape {expected} were expected for samples {x0.Shape}, {sigma.Shape} came.",
                nameof(sigma));
        var column = Op.Reshape(sigma, [x0.Shape[0], 1]);
        return HalfSquare((column * Score(nameof(DenoisingOverLevels), x => score(x, sigma), x0 + (column * noise))) + noise);
    }

    private static Node AlongDirections(string name, Func<Node, Node> score, Node x, IReadOnlyList<Node> directions, Func<Node, Node, Node> square)
    {
        if (directions.Count == 0) throw new ArgumentException($"ScoreMatching.{name}: at least one direction is needed.", nameof(directions));
        var s = Score(name, score, x);
        Node? sum = null;
        foreach (var v in directions)
        {
            Same(name, x, v);
            var along = Op.Sum(s * v, false, 1);
            var loss = square(s, along) + Op.Sum(Gradients.Of(Op.Sum(along), [x])[0] * v, false, 1);
            sum = sum is null ? loss : sum + loss;
        }

        return sum! / directions.Count;
    }

    private static Node HalfSquare(Node rows) => 0.5 * Op.Sum(Op.Square(rows), false, 1);

    private static Node Score(string name, Func<Node, Node> score, Node x)
    {
        if (x.Shape.Rank != 2) throw new ArgumentException($"ScoreMatching.{name}: samples of shape [N, D] were expected, {x.Shape} came.", nameof(x));
        var s = score(x);
        return s.Shape == x.Shape
            ? s
            : throw new ArgumentException($"ScoreMatching.{name}: the score of samples {x.Shape} has the same shape, {s.Shape} came.", nameof(score));
    }

    private static void Same(string name, Node x, Node other)
    {
        if (x.Shape.Rank != 2 || other.Shape != x.Shape)
            throw new ArgumentException(
                $"ScoreMatching.{name}: two operands of one shape [N, D] were expected, {x.Shape} and {other.Shape} came.", nameof(other));
    }
}
