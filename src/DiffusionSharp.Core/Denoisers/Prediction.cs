namespace DiffusionSharp.Denoisers;

/// <summary>What a network's output means; <see cref="PredictionConversion"/> holds the equations.</summary>
public enum Prediction
{
    /// <summary>The noise ε. Ho et al. 2020, arXiv:2006.11239, eq. 14.</summary>
    Noise,

    /// <summary>The data x₀.</summary>
    Data,

    /// <summary>v = α ε − σ x₀. Salimans and Ho 2022, arXiv:2202.00512, appendix D.</summary>
    Velocity,

    /// <summary>The score ∇ ln p_t(x) = −ε/σ. Song and Ermon 2019, arXiv:1907.05600.</summary>
    Score,

    /// <summary>u = ε − x₀, the velocity of the straight path x_t = (1 − t) x₀ + t ε.</summary>
    /// <remarks>Lipman et al. 2023, arXiv:2210.02747; Liu et al. 2023, arXiv:2209.03003.</remarks>
    Flow,
}
