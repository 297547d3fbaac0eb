namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The scheme of Euler and Maruyama: strong order ½ (1 where the noise is additive), weak order 1.</summary>
/// <remarks>
/// <code>
/// x′ = x + f(x, t) h + g(x, t) ΔW
/// </code>
/// One drift and one diffusion a step. On dX = −λX dt + … it is stable for h below 2/λ.
/// Maruyama 1955, "Continuous Markov processes and stochastic equations"; Kloeden and Platen 1992, 10.2 and 14.1.
/// </remarks>
public sealed class EulerMaruyama : ItoIntegrator
{
    /// <inheritdoc/>
    public override double WeakOrder => 1;

    /// <inheritdoc/>
    public override int CallsPerStep => 1;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Ito;

    /// <inheritdoc/>
    public override int Buffers => 2;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => noise == NoiseKind.Additive ? 1 : 0.5;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        Span<double> f = work[..x.Length], g = work.Slice(x.Length, x.Length);
        process.Drift(x, t, f);
        process.Diffusion(x, t, g);
        for (var i = 0; i < x.Length; i++) x[i] += (f[i] * h) + (g[i] * dW[i]);
    }
}
