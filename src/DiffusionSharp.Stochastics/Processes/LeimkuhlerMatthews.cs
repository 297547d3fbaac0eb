namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The scheme of Leimkuhler and Matthews for additive noise: one drift a step, like Euler's, yet its stationary law is right to order 2.</summary>
/// <remarks>
/// <code>
/// x_{n+1} = x_n + f(x_n) h + g (ΔW_n + ΔW_{n+1})/2
/// y_{n+1} = y_n + f(y_n + ½ g ΔW_n) h + g ΔW_n        x_n = y_n + ½ g ΔW_n
/// </code>
/// The noise of neighbouring steps is averaged. In the second form, which is the one computed, steps are independent: y is carried and x is
/// observed. At a finite time the weak order is 1; that of averages over the stationary law, which <see cref="StationaryOrder"/> states, is 2.
/// Leimkuhler and Matthews 2013, "Rational construction of stochastic numerical methods for molecular sampling"; the second form is from
/// Vilmart 2015, "Postprocessed integrators for the high order integration of ergodic SDEs".
/// </remarks>
public sealed class LeimkuhlerMatthews : ItoIntegrator
{
    /// <summary>The order of averages over the stationary law.</summary>
    public static double StationaryOrder => 2;

    /// <inheritdoc/>
    public override double WeakOrder => 1;

    /// <inheritdoc/>
    public override int CallsPerStep => 1;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Ito;

    /// <inheritdoc/>
    public override int Buffers => 3;

    /// <inheritdoc/>
    public override bool IsObserved => true;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => null;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
        if (process.Noise != NoiseKind.Additive)
            throw new NotSupportedException($"LeimkuhlerMatthews: {process.GetType().Name} has {process.Noise} noise; additive noise is supported.");
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        Span<double> f = work[..x.Length], g = work.Slice(x.Length, x.Length), point = work.Slice(2 * x.Length, x.Length);
        process.Diffusion(x, t, g);
        for (var i = 0; i < x.Length; i++) point[i] = x[i] + (g[i] * dW[i] / 2);
        process.Drift(point, t, f);
        for (var i = 0; i < x.Length; i++) x[i] += (f[i] * h) + (g[i] * dW[i]);
    }

    /// <inheritdoc/>
    public override void Observe(ItoProcess process, Span<double> x, double t, ReadOnlySpan<double> dW, Span<double> work)
    {
        var g = work[..x.Length];
        process.Diffusion(x, t, g);
        for (var i = 0; i < x.Length; i++) x[i] += g[i] * dW[i] / 2;
    }
}
