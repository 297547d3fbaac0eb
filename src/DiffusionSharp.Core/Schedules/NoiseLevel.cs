using DiffusionSharp.Tensors;

namespace DiffusionSharp.Schedules;

/// <summary>A point of the forward process: x_t = α x₀ + σ ε at time t.</summary>
/// <param name="Time">Time on its schedule's own scale: a trained timestep 0 … T − 1 (−1 is clean data), t ∈ [0, 1], or EDM's σ.</param>
/// <param name="Alpha">Factor of the data, α ∈ [0, 1].</param>
/// <param name="Sigma">Standard deviation of the noise in data units, σ ≥ 0.</param>
/// <remarks>A sampler hands levels to a denoiser: closed forms read α and σ, networks read the time. Kingma et al. 2021, arXiv:2107.00630, eq. 1.</remarks>
public readonly record struct NoiseLevel(double Time, double Alpha, double Sigma)
{
    /// <summary>λ = ln(α²/σ²): +∞ for clean data, −∞ for pure noise.</summary>
    public double LogSnr => 2 * (Math.Log(Alpha) - Math.Log(Sigma));

    /// <summary>σ/α, the noise in units of the data: the σ of Karras et al. 2022, arXiv:2206.00364; +∞ for pure noise.</summary>
    public double Ratio => Sigma / Alpha;

    /// <summary>Whether x holds so little of the data, α ≤ 10⁻⁴ σ, that samplers take it for pure noise.</summary>
    /// <remarks>
    /// σ/α is then infinite or tens of thousands, as at the last level of the cosine schedule. A method that averages slopes in σ/α would multiply the
    /// least error of a network by that number; the step from such a level is DDIM's, which is finite.
    /// </remarks>
    public bool IsPureNoise => Alpha <= 1e-4 * Sigma;

    /// <summary>The signal-to-noise ratio α²/σ².</summary>
    public double Snr => Alpha * Alpha / (Sigma * Sigma);

    /// <summary>The forward process in one jump: α x₀ + σ ε.</summary>
    /// <param name="x0">Clean data, [N, …].</param>
    /// <param name="noise">Standard normal noise of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>Ho et al. 2020, arXiv:2006.11239, eq. 4.</remarks>
    public Tensor AddNoise(Tensor x0, Tensor noise) => (Alpha * x0) + (Sigma * noise);
}
