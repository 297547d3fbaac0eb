namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Milstein's scheme for diagonal noise: strong and weak order 1.</summary>
/// <remarks>
/// <code>
/// x′ = x + f h + g ΔW + ½ g ∂g/∂x (ΔW² − h)
/// </code>
/// The last term is the double integral ∫∫ dW dW that Euler's scheme leaves out; where each component has its own noise and g_i depends on
/// x_i alone, no other double integral enters. One drift, one diffusion and its derivative a step.
/// Milstein 1974, "Approximate integration of stochastic differential equations"; Kloeden and Platen 1992, 10.3.
/// </remarks>
public sealed class Milstein : ItoIntegrator
{
    /// <inheritdoc/>
    public override double WeakOrder => 1;

    /// <inheritdoc/>
    public override int CallsPerStep => 1;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Ito;

    /// <inheritdoc/>
    public override int Buffers => 3;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => 1;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
        if (process.Noise == NoiseKind.General)
            throw new NotSupportedException(
                "Milstein: the noise is general, and the double integrals it needs are not at hand; additive or diagonal noise is supported, " +
                "or EulerMaruyama for any.");
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        Span<double> f = work[..x.Length], g = work.Slice(x.Length, x.Length), slope = work.Slice(2 * x.Length, x.Length);
        process.Drift(x, t, f);
        process.Diffusion(x, t, g);
        process.DiffusionSlope(x, t, slope);
        for (var i = 0; i < x.Length; i++) x[i] += (f[i] * h) + (g[i] * (dW[i] + (slope[i] / 2 * ((dW[i] * dW[i]) - h))));
    }
}
