namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>The exponentially fitted flux of probability through a face between two cells.</summary>
/// <remarks>
/// <code>
/// J = C p − D p′,   C = f − D′,  D = g²/2
/// J_{i+½} = r p_i − l p_{i+1}       r = (D/h) B(−w)     l = (D/h) B(w)     w = C h/D     B(w) = w/(eʷ − 1)
/// </code>
/// It solves J = const between two centres with C and D frozen, so a law without current obeys p_{i+1}/p_i = e^w exactly, and r, l ≥ 0 are
/// rates of jumps: the scheme is a Markov chain on the cells. |w| is the cell Péclet number; w → 0 gives central differences, |w| → ∞
/// the upwind flux. Chang and Cooper 1970, J. Comput. Phys. 6, "A practical difference scheme for Fokker–Planck equations", eq. 15–18;
/// Scharfetter and Gummel 1969, IEEE Trans. Electron Devices 16.
/// </remarks>
public static class ChangCooper
{
    // Below this the quotient loses digits, and the series of eight terms is complete to 2⁻⁵³.
    private const double Near = 0.5;

    /// <summary>B(w) = w/(eʷ − 1), Bernoulli's function, to a few units of the last place for every w.</summary>
    /// <param name="w">Any real number; NaN gives NaN.</param>
    /// <remarks>B(w) = Σ B_k wᵏ/k! near 0, with the Bernoulli numbers B_k; B(−w) = B(w) + w, which for w &gt; 0 adds two positive numbers.</remarks>
    public static double Bernoulli(double w)
    {
        if (w < 0) return Bernoulli(-w) - w;
        if (!(w < Near)) return w > 745 ? 0 : w / (Math.Exp(w) - 1);
        var s = w * w;
        var tail = s * ((1.0 / 74_724_249_600) - (s * 3617 / 10_670_622_842_880_000));
        tail = s * ((1.0 / 47_900_160) - (s * ((691.0 / 1_307_674_368_000) - tail)));
        tail = s * ((1.0 / 12) - (s * ((1.0 / 720) - (s * ((1.0 / 30_240) - (s * ((1.0 / 1_209_600) - tail)))))));
        return 1 - (w / 2) + tail;
    }

    /// <summary>The rates (r, l) of J = r p_i − l p_{i+1}, in units of x per unit of time; divided by h they are jumps per unit of time.</summary>
    /// <param name="drift">C = f − D′ on the face.</param>
    /// <param name="diffusion">D = g²/2 on the face, at least 0; at 0 the flux is the upwind one.</param>
    /// <param name="width">h, the distance of the two centres.</param>
    /// <param name="weighting">How the face's density is weighed.</param>
    public static (double Right, double Left) Rates(double drift, double diffusion, double width, FluxWeighting weighting = FluxWeighting.ChangCooper)
    {
        // With b = (D/h) B(|w|) both rates are sums of what is not negative: no digit is lost at any Péclet number.
        var b = weighting switch
        {
            FluxWeighting.ChangCooper => diffusion > 0 ? diffusion / width * Bernoulli(Math.Abs(drift) / diffusion * width) : 0,
            FluxWeighting.Central => (diffusion / width) - (Math.Abs(drift) / 2),
            FluxWeighting.Upwind => diffusion / width,
            _ => throw new ArgumentOutOfRangeException(nameof(weighting), weighting, "ChangCooper: unknown weighting."),
        };
        return (b + Math.Max(drift, 0), b + Math.Max(-drift, 0));
    }
}
