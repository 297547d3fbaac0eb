namespace DiffusionSharp.Samplers;

/// <summary>How a method that looks back takes its first steps, when there is nothing to look back on.</summary>
public enum MultistepStart
{
    /// <summary>As accurately as the method's order needs: from order three on a Runge–Kutta step first, which asks the denoiser more often.</summary>
    Accurate,

    /// <summary>With as many estimates as there are, from one upwards: how these methods were published, and no call more.</summary>
    LowOrder,
}

/// <summary>How a method that looks back takes its last steps.</summary>
internal enum MultistepEnd
{
    /// <summary>With its full order, except where a step to clean data allows one estimate alone.</summary>
    FullOrder,

    /// <summary>With one estimate in the last step, two in the one before and so on. Other tools call it <c>lower_order_final</c>.</summary>
    Lowered,
}

/// <summary>The share of the slope in a step that combines two estimates of an exponential integrator.</summary>
/// <remarks>
/// With F linear over a step of length h in ln(α/σ), ∫ e^(z(1 − θ)) F(θ) dθ = M₀ F₀ + M₁ (F₁ − F₀), z = ∓h. M₀ is always exact; M₁
/// may be off by O(h) without loss of order. Steps that combine more estimates are exact for polynomials in every case, because
/// the function B(h) of Zhao et al. 2023, arXiv:2302.04867, then cancels.
/// </remarks>
public enum TwoPointWeights
{
    /// <summary>M₁ = φ₂(z), exact for linear F: Adams.</summary>
    Exact,

    /// <summary>M₁ = ½: B(h) = h, <c>bh1</c>.</summary>
    Bh1,

    /// <summary>M₁ = φ₁(z)/2: B(h) = e^h − 1, <c>bh2</c>.</summary>
    Bh2,
}
