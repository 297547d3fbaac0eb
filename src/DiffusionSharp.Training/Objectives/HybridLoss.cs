using DiffusionSharp.Graphs;

namespace DiffusionSharp.Training.Objectives;

/// <summary>The hybrid loss of improved DDPM as nodes: L_simple trains the mean, the variational bound trains the variance alone.</summary>
/// <remarks>
/// <code>
/// L_hybrid = L_simple + λ L_vlb      ln Σ = ½(1 + v) ln β + ½(1 − v) ln β̃      L_vlb = L_0 + Σ_i KL(q(x_(i−1) | x_i, x₀) ‖ N(μ, Σ))
/// </code>
/// Nichol and Dhariwal 2021, arXiv:2102.09672, equations 4, 15 and 16; μ is detached in L_vlb. As in their published code L_vlb is in bits
/// per dimension. L_0 of pictures is the probability of the data's 8-bit value (Ho et al. 2020, arXiv:2006.11239, equation 13); vectors
/// have no steps, so theirs is the density.
/// </remarks>
public static class HybridLoss
{
    /// <summary>Input [N]: μ − μ̃ over the error of the network's output.</summary>
    public const string ErrorScale = "errorScale";

    /// <summary>Input [N]: ln β̃.</summary>
    public const string LogSmall = "logSmall";

    /// <summary>Input [N]: ln β.</summary>
    public const string LogLarge = "logLarge";

    /// <summary>Input [N]: 1 where the step ends at the data, else 0.</summary>
    public const string IsFirst = "isFirst";

    /// <summary>Input [N]: λ · T, with the factor of importance sampling.</summary>
    public const string BoundWeight = "boundWeight";

    /// <summary>Input [N, D]: the data, of pictures alone.</summary>
    public const string Data = "data";

    // Half of the distance between the 256 values in [−1, 1].
    private const double HalfStep = 1.0 / 255;

    // Beyond this a value is at the end of the range, and its bin is open.
    private const double Edge = 0.999;

    // Smaller probabilities are rounding of erf in float32; the published code's floor.
    private const double LeastProbability = 1e-12;

    /// <summary>The weighted bound of each sample, [N].</summary>
    /// <param name="error">[N, D]: the network's output less its target; no gradient goes back through it.</param>
    /// <param name="variance">[N, D]: v.</param>
    /// <param name="pictures">Whether L_0 is of 8-bit values in [−1, 1].</param>
    public static Node Bound(Node error, Node variance, bool pictures)
    {
        var graph = error.Graph;
        var n = error.Shape[0];
        Node Column(string name) => Op.Reshape(graph.Input(name, [n]), [n, 1]);
        var (logSmall, logLarge) = (Column(LogSmall), Column(LogLarge));
        var off = Op.StopGradient(error) * Column(ErrorScale);
        var logVariance = logSmall + (0.5 * (variance + 1) * (logLarge - logSmall));
        var kl = 0.5 * (logVariance - logSmall - 1 + Op.Exp(logSmall - logVariance) + (Op.Square(off) * Op.Exp(-logVariance)));
        var first = pictures ? Discretised(off, logVariance, graph.Input(Data, error.Shape)) : Density(off, logVariance);
        var terms = kl + (Column(IsFirst) * (first - kl));
        return Op.Mean(terms, false, 1) * graph.Input(BoundWeight, [n]) / Math.Log(2);
    }

    private static Node Density(Node off, Node logVariance) => 0.5 * (Math.Log(2 * Math.PI) + logVariance + (Op.Square(off) * Op.Exp(-logVariance)));

    // −ln of the Gaussian's mass on the bin of x₀; x₀ − μ is −off. The last bins reach to infinity.
    private static Node Discretised(Node off, Node logVariance, Node x0)
    {
        var inverse = Op.Exp(-0.5 * logVariance);
        var (lowest, highest) = (Op.Greater(x0.Graph.Scalar(-Edge), x0), Op.Greater(x0, x0.Graph.Scalar(Edge)));
        var above = (Cumulative((HalfStep - off) * inverse) * (1 - highest)) + highest;
        var below = Cumulative((-HalfStep - off) * inverse) * (1 - lowest);
        return -Op.Log(Op.Maximum(above - below, x0.Graph.Scalar(LeastProbability)));
    }

    private static Node Cumulative(Node z) => 0.5 * (1 + Op.Erf(z * Math.Sqrt(0.5)));
}
