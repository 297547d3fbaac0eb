namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The Langevin equation of a particle with mass: dq = v dt, dv = (−∇U(q)/m − γ v) dt + √(2 γ kT/m) dW.</summary>
/// <remarks>
/// A state is a row of 2d values, the d positions before the d velocities. Noise drives the velocities alone.
/// <code>
/// stationary: p(q, v) ∝ e^(−(U(q) + m |v|²/2)/kT)        ⟨v_i²⟩ = kT/m
/// fluctuation and dissipation: the square of the noise, 2 γ kT/m, and the friction γ hold each other in balance
/// free particle: ⟨v(0) v(t)⟩ = kT/m e^(−γt),  D = kT/(m γ)
/// </code>
/// Langevin 1908, "Sur la théorie du mouvement brownien"; Kubo 1966, "The fluctuation-dissipation theorem".
/// </remarks>
/// <param name="potential">U, whose slope drives the process.</param>
/// <param name="friction">γ, at least 0, per unit of time.</param>
/// <param name="temperature">kT, at least 0, in units of energy.</param>
/// <param name="mass">m, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class UnderdampedLangevin(Potential potential, double friction, double temperature = 1, double mass = 1) : ItoProcess(2 * potential.Dimensions)
{
    /// <summary>U.</summary>
    public Potential Potential { get; } = potential;

    /// <summary>γ.</summary>
    public double Friction { get; } = Require.NotNegative(friction, "UnderdampedLangevin: friction");

    /// <summary>kT.</summary>
    public double Temperature { get; } = Require.NotNegative(temperature, "UnderdampedLangevin: temperature");

    /// <summary>m.</summary>
    public double Mass { get; } = Require.Positive(mass, "UnderdampedLangevin: mass");

    /// <inheritdoc/>
    public override NoiseKind Noise => NoiseKind.Additive;

    /// <inheritdoc/>
    public override void Drift(ReadOnlySpan<double> x, double t, Span<double> f)
    {
        var d = Potential.Dimensions;
        for (var row = 0; row < x.Length; row += 2 * d)
        {
            ReadOnlySpan<double> q = x.Slice(row, d), v = x.Slice(row + d, d);
            Span<double> dq = f.Slice(row, d), dv = f.Slice(row + d, d);
            v.CopyTo(dq);
            Potential.Gradient(q, dv);
            for (var i = 0; i < d; i++) dv[i] = (-dv[i] / Mass) - (Friction * v[i]);
        }
    }

    /// <inheritdoc/>
    public override void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g)
    {
        var (d, noise) = (Potential.Dimensions, Math.Sqrt(2 * Friction * Temperature / Mass));
        for (var row = 0; row < x.Length; row += 2 * d)
        {
            g.Slice(row, d).Clear();
            g.Slice(row + d, d).Fill(noise);
        }
    }

    /// <inheritdoc/>
    public override void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope) => slope.Clear();
}
