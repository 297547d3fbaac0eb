namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Platen's explicit scheme of weak order 2 without derivatives, for one dimension or additive noise; strong order 1.</summary>
/// <remarks>
/// <code>
/// x̂  = x + f h + g ΔW        x± = x + f h ± g √h
/// x′ = x + ½ (f(x̂) + f) h + ¼ (g(x₊) + g(x₋) + 2g) ΔW + ¼ (g(x₊) − g(x₋)) (ΔW² − h)/√h
/// </code>
/// Fields with a hat or a sign are taken at t + h. Two drifts and three diffusions a step. Kloeden and Platen 1992, (15.1.1).
/// </remarks>
public sealed class PlatenWeak : ItoIntegrator
{
    /// <inheritdoc/>
    public override double WeakOrder => 2;

    /// <inheritdoc/>
    public override int CallsPerStep => 2;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Ito;

    /// <inheritdoc/>
    public override int Buffers => 6;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => 1;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
        if (process.Noise != NoiseKind.Additive && process.Dimensions != 1)
            throw new NotSupportedException(
                $"PlatenWeak: {process.GetType().Name} has {process.Noise} noise in {process.Dimensions} dimensions; additive noise, " +
                "or one dimension, is supported.");
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        var n = x.Length;
        Span<double> f = work[..n];
        Span<double> g = work.Slice(n, n);
        Span<double> point = work.Slice(2 * n, n);
        Span<double> fNext = work.Slice(3 * n, n);
        Span<double> gUp = work.Slice(4 * n, n);
        Span<double> gDown = work.Slice(5 * n, n);
        var root = Math.Sqrt(h);
        process.Drift(x, t, f);
        process.Diffusion(x, t, g);
        for (var i = 0; i < n; i++) point[i] = x[i] + (f[i] * h) + (g[i] * dW[i]);
        process.Drift(point, t + h, fNext);
        for (var i = 0; i < n; i++) point[i] = x[i] + (f[i] * h) + (g[i] * root);
        process.Diffusion(point, t + h, gUp);
        for (var i = 0; i < n; i++) point[i] = x[i] + (f[i] * h) - (g[i] * root);
        process.Diffusion(point, t + h, gDown);
        for (var i = 0; i < n; i++)
            x[i] += ((f[i] + fNext[i]) * h / 2) + ((gUp[i] + gDown[i] + (2 * g[i])) * dW[i] / 4) + ((gUp[i] - gDown[i]) * ((dW[i] * dW[i]) - h) / (4 * root));
    }
}
