using DiffusionSharp.Schedules;

namespace DiffusionSharp.Denoisers;

/// <summary>Scales around a network F that give its input, output and target unit variance at every noise level.</summary>
/// <remarks>
/// <code>
/// D(x) = c_skip x/α + c_out F(c_in x/α)       r = σ/α, the paper's σ
/// c_skip = σ_d²/(r² + σ_d²)      c_out = r σ_d/√(r² + σ_d²)      c_in = 1/√(r² + σ_d²)      c_noise = ¼ ln r
/// </code>
/// Karras et al. 2022, arXiv:2206.00364, table 1 and appendix B.6. Written here with v = σ² + α² σ_d², so that both ends are finite: at
/// α = 0 the network sees pure noise of unit variance, at σ = 0 its output has no weight.
/// </remarks>
public sealed class EdmPreconditioning
{
    /// <summary>Makes the scales.</summary>
    /// <param name="dataDeviation">σ_d, the standard deviation of the data's values, above 0; 0.5 is the paper's for pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is not positive and finite.</exception>
    public EdmPreconditioning(double dataDeviation = 0.5) => DataDeviation = Guard.Above(dataDeviation, 0, "EdmPreconditioning: dataDeviation");

    /// <summary>σ_d, the standard deviation of the data's values.</summary>
    public double DataDeviation { get; }

    /// <summary>c_in/α: the factor of x where the network reads it.</summary>
    /// <param name="level">The level of x.</param>
    public double InputScale(NoiseLevel level) => 1 / Math.Sqrt(Power(level));

    /// <summary>The weights (c_skip/α, c_out) with which D = a·x + b·F.</summary>
    /// <inheritdoc cref="InputScale(NoiseLevel)"/>
    public (double OfX, double OfOutput) DataWeights(NoiseLevel level)
    {
        var power = Power(level);
        return (level.Alpha * DataDeviation * DataDeviation / power, level.Sigma * DataDeviation / Math.Sqrt(power));
    }

    /// <summary>The weights (a, b) with which the output to learn is a·x₀ + b·ε: eq. 8 of the paper.</summary>
    /// <inheritdoc cref="InputScale(NoiseLevel)"/>
    public (double OfData, double OfNoise) TargetWeights(NoiseLevel level)
    {
        var root = Math.Sqrt(Power(level));
        return (level.Sigma / (DataDeviation * root), -level.Alpha * DataDeviation / root);
    }

    /// <summary>c_noise = ¼ ln(σ/α): what the paper's networks see of time.</summary>
    /// <inheritdoc cref="InputScale(NoiseLevel)"/>
    public static double NoiseInput(NoiseLevel level) => Math.Log(level.Ratio) / 4;

    /// <summary>λ = (r² + σ_d²)/(r σ_d)², the weight of ‖D − x₀‖² that makes the loss of F even: 1/c_out².</summary>
    /// <inheritdoc cref="InputScale(NoiseLevel)"/>
    public double LossWeight(NoiseLevel level) => (1 / (DataDeviation * DataDeviation)) + level.Snr;

    // The variance of x for data of variance σ_d².
    private double Power(NoiseLevel level) => (level.Sigma * level.Sigma) + (level.Alpha * level.Alpha * DataDeviation * DataDeviation);
}
