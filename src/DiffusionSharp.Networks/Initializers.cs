using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks;

/// <summary>How parameters begin. A value is a function of the parameter's stream and its position alone.</summary>
/// <remarks>
/// A weight's position is that of our layout, [KH, KW, Ci, Co] or [in, out], so the same seed gives other numbers than PyTorch would,
/// of the same law.
/// </remarks>
public static class Initializers
{
    /// <summary>Zeros.</summary>
    public static Initializer Zeros { get; } = static (values, _) => values.Clear();

    /// <summary>Ones: the scales of a norm.</summary>
    public static Initializer Ones { get; } = static (values, _) => values.Fill(1);

    /// <summary>Standard normals: the rows of an embedding.</summary>
    public static Initializer Normal { get; } = static (values, rng) => rng.FillNormal(values);

    /// <summary>Uniform in [−bound, bound).</summary>
    /// <param name="bound">b, finite and at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or not finite.</exception>
    public static Initializer Uniform(double bound)
    {
        if (!(bound >= 0 && bound < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(bound), bound, "Initializers: the bound is finite and at least 0.");
        return (values, rng) => Fill(values, rng, bound);
    }

    /// <summary>
    /// PyTorch's default for weights and biases of linear and convolutional layers: U(−1/√fan_in, 1/√fan_in), which is
    /// <c>kaiming_uniform</c> with a = √5 (He et al. 2015, arXiv:1502.01852).
    /// </summary>
    /// <param name="fanIn">Inputs of one output: in, or KH · KW · Ci.</param>
    public static Initializer FanIn(int fanIn) => Uniform(1 / Math.Sqrt(AtLeastOne(fanIn)));

    /// <summary>
    /// Variance scaling, the mode <c>fan_avg</c>, uniform: U(−b, b) with b = √(6/(fan_in + fan_out)) (Glorot and Bengio 2010),
    /// the DDPM authors' choice.
    /// </summary>
    /// <param name="fanIn">Inputs of one output.</param>
    /// <param name="fanOut">Outputs that read one input: out, or KH · KW · Co.</param>
    public static Initializer FanAverage(int fanIn, int fanOut) => Uniform(Math.Sqrt(6.0 / ((double)AtLeastOne(fanIn) + AtLeastOne(fanOut))));

    private static void Fill(Span<float> values, Rng rng, double bound)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)(bound * ((2 * rng.Uniform((ulong)i)) - 1));
    }

    private static int AtLeastOne(int fan)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fan, 1);
        return fan;
    }
}
