namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The overdamped Langevin equation, a particle in a potential whose inertia friction has taken: dX = −∇U/ζ dt + √(2 kT/ζ) dW.</summary>
/// <remarks>
/// <code>
/// D = kT/ζ        (Einstein 1905)
/// stationary: p ∝ e^(−U/kT)
/// </code>
/// With ζ = kT = 1 it is the Langevin sampler of the score −∇U. Smoluchowski 1906; Risken 1989, "The Fokker-Planck Equation", section 1.1.
/// </remarks>
/// <param name="potential">U, whose slope drives the process.</param>
/// <param name="temperature">kT, at least 0, in units of energy.</param>
/// <param name="drag">ζ, above 0: force per velocity, mass times the rate γ of <see cref="UnderdampedLangevin"/>.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class OverdampedLangevin(Potential potential, double temperature = 1, double drag = 1) : ItoProcess(potential.Dimensions)
{
    /// <summary>U.</summary>
    public Potential Potential { get; } = potential;

    /// <summary>kT.</summary>
    public double Temperature { get; } = Require.NotNegative(temperature, "OverdampedLangevin: temperature");

    /// <summary>ζ.</summary>
    public double Drag { get; } = Require.Positive(drag, "OverdampedLangevin: drag");

    /// <summary>D = kT/ζ: free particles spread by 2 D t in each direction.</summary>
    public double DiffusionCoefficient => Temperature / Drag;

    /// <inheritdoc/>
    public override NoiseKind Noise => NoiseKind.Additive;

    /// <inheritdoc/>
    public override void Drift(ReadOnlySpan<double> x, double t, Span<double> f)
    {
        Potential.Gradient(x, f);
        var mobility = -1 / Drag;
        foreach (ref var v in f) v *= mobility;
    }

    /// <inheritdoc/>
    public override void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g) => g.Fill(Math.Sqrt(2 * DiffusionCoefficient));

    /// <inheritdoc/>
    public override void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope) => slope.Clear();
}
