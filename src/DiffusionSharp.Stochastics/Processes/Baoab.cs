namespace DiffusionSharp.Stochastics.Processes;

/// <summary>
/// BAOAB, the splitting of underdamped Langevin dynamics into kicks, drifts and an exact friction step: weak order 2, accurate stationary law.
/// </summary>
/// <remarks>
/// <code>
/// B: v ← v − h/2 ∇U(q)/m        A: q ← q + h/2 v        O: v ← e^(−γh) v + √(kT/m (1 − e^(−2γh))) ξ
/// a step: B A O A B
/// </code>
/// Two gradients a step; stable for h below 2/ω, ω² the largest curvature over m, at any γ. On a harmonic well the positions' stationary law
/// is exact at every step size. ξ is ΔW/√h of the velocities; the positions' increments are not used.
/// Leimkuhler and Matthews 2013, "Rational construction of stochastic numerical methods for molecular sampling".
/// </remarks>
public sealed class Baoab : ItoIntegrator
{
    /// <inheritdoc/>
    public override double WeakOrder => 2;

    /// <inheritdoc/>
    public override int CallsPerStep => 2;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Ito;

    /// <inheritdoc/>
    public override int Buffers => 1;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => null;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
        if (process is not UnderdampedLangevin)
            throw new NotSupportedException($"Baoab: the process is {process.GetType().Name}; {nameof(UnderdampedLangevin)} is supported.");
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        var langevin = (UnderdampedLangevin)process;
        var (d, half) = (langevin.Potential.Dimensions, h / 2);
        var decay = Math.Exp(-langevin.Friction * h);
        var noise = Math.Sqrt(langevin.Temperature / langevin.Mass * (1 - (decay * decay)) / h);
        var kick = -half / langevin.Mass;
        var gradient = work[..d];
        for (var row = 0; row < x.Length; row += 2 * d)
        {
            Span<double> q = x.Slice(row, d), v = x.Slice(row + d, d);
            var xi = dW.Slice(row + d, d);
            langevin.Potential.Gradient(q, gradient);
            for (var i = 0; i < d; i++)
            {
                v[i] += kick * gradient[i];
                q[i] += half * v[i];
                v[i] = (decay * v[i]) + (noise * xi[i]);
                q[i] += half * v[i];
            }

            langevin.Potential.Gradient(q, gradient);
            for (var i = 0; i < d; i++) v[i] += kick * gradient[i];
        }
    }
}
