namespace DiffusionSharp.Stochastics.Processes;

/// <summary>
/// Heun's scheme, trapezoids in drift and noise alike: it converges to Stratonovich's reading, with strong and weak order 1 where noise
/// commutes.
/// </summary>
/// <remarks>
/// <code>
/// x̂  = x + f(x, t) h + g(x, t) ΔW
/// x′ = x + ½ (f(x, t) + f(x̂, t + h)) h + ½ (g(x, t) + g(x̂, t + h)) ΔW
/// </code>
/// Two drifts and two diffusions a step, no derivative. For additive noise the two readings agree, and the weak order is 2.
/// Rümelin 1982, "Numerical treatment of stochastic differential equations".
/// </remarks>
public sealed class StratonovichHeun : ItoIntegrator
{
    /// <inheritdoc/>
    public override double WeakOrder => 1;

    /// <inheritdoc/>
    public override int CallsPerStep => 2;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Stratonovich;

    /// <inheritdoc/>
    public override int Buffers => 5;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => noise == NoiseKind.General ? 0.5 : 1;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        var n = x.Length;
        Span<double> f = work[..n], g = work.Slice(n, n), guess = work.Slice(2 * n, n), fNext = work.Slice(3 * n, n), gNext = work.Slice(4 * n, n);
        process.Drift(x, t, f);
        process.Diffusion(x, t, g);
        for (var i = 0; i < n; i++) guess[i] = x[i] + (f[i] * h) + (g[i] * dW[i]);
        process.Drift(guess, t + h, fNext);
        process.Diffusion(guess, t + h, gNext);
        for (var i = 0; i < n; i++) x[i] += ((f[i] + fNext[i]) * h / 2) + ((g[i] + gNext[i]) * dW[i] / 2);
    }
}
