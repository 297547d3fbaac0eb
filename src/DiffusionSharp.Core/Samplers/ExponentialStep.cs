using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The exact solution of a step in which the estimate is a polynomial of the way gone in log SNR: the heart of DPM-Solver.</summary>
/// <remarks>
/// With y = x/α, s = σ/α, u = −ln s and u running over a length h, the reverse SDE of strength η is
/// <code>
/// dy = −(1 + η)(y − D) du + √(2η) s dw        data form, kernel (1 + η) e^{−(1+η)(h−τ)}
/// dy = −(1 + η) s ε̂ du + √(2η) s dw           noise form, kernel −(1 + η) s′ e^{h−τ}
///
/// data     x′ = (σ′/σ) e^{−ηh} x + α′ z Σ_j j! φ_{j+1}(−z) E_j + σ′ √(1 − e^{−2ηh}) ξ       z = (1 + η) h
/// noise    x′ = (α′/α) x − (1 + η) σ′ h Σ_j j! φ_{j+1}(h) E_j + σ′ √(η (e^{2h} − 1)) ξ
/// </code>
/// where the estimate is E_0 + E_1 (τ/h) + E_2 (τ/h)² + … η = 0 is the probability flow (Lu et al. 2022, arXiv:2206.00927, eq. 3.4, and
/// arXiv:2211.01095, eq. 8), η = 1 the reverse of the forward process (arXiv:2211.01095, appendix E); any η has the same marginals.
/// A negative h, towards the noise, is right with η = 0.
/// </remarks>
/// <param name="Form">Which estimate is the polynomial.</param>
/// <param name="From">Where the step starts, 0 &lt; σ/α &lt; ∞.</param>
/// <param name="To">Where it ends, 0 &lt; σ/α &lt; ∞.</param>
/// <param name="Eta">η ≥ 0, the strength of the noise.</param>
internal readonly record struct ExponentialStep(DpmSolverForm Form, NoiseLevel From, NoiseLevel To, double Eta = 0)
{
    /// <summary>h, the length of the step in u = ln(α/σ).</summary>
    public double Length { get; } = LengthBetween(From, To);

    /// <summary>The weight of the state.</summary>
    public double OfState => Form == DpmSolverForm.Data ? To.Sigma / From.Sigma * Math.Exp(-Eta * Length) : To.Alpha / From.Alpha;

    /// <summary>The standard deviation of the fresh noise.</summary>
    public double NoiseSigma => Eta == 0 ? 0 : To.Sigma * Math.Sqrt(Form == DpmSolverForm.Data
        ? -ExponentialWeights.ExpMinusOne(-2 * Eta * Length)
        : Eta * ExponentialWeights.ExpMinusOne(2 * Length));

    /// <summary>u′ − u between two levels.</summary>
    public static double LengthBetween(NoiseLevel from, NoiseLevel to) => (to.LogSnr - from.LogSnr) / 2;

    /// <summary>The estimate of a form.</summary>
    public static Tensor Estimate(DpmSolverForm form, Tensor x, Tensor data, NoiseLevel level) =>
        form == DpmSolverForm.Data ? data : ProbabilityFlow.Slope(x, data, level);

    /// <summary>The weight of E_j, the coefficient of (τ/h)^j.</summary>
    public double OfPower(int j)
    {
        var z = (1 + Eta) * Length;
        return Form == DpmSolverForm.Data
            ? To.Alpha * z * ExponentialWeights.Moment(j, -z)
            : -To.Sigma * z * ExponentialWeights.Moment(j, Length);
    }

    /// <summary>The weight of E_1 in a variant: half of that of E_0 (the estimate at the middle of the step), or exact.</summary>
    public double OfSlope(DpmSolverVariant variant) => variant == DpmSolverVariant.Midpoint ? OfPower(0) / 2 : OfPower(1);
}
