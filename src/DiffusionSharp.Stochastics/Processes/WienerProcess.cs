namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The Wiener process with scale σ and drift v: dX = v dt + σ dW; Brownian motion is v = 0, σ = 1.</summary>
/// <remarks>
/// <code>
/// X(t) = x₀ + v t + σ W(t) ~ N(x₀ + v t, σ² t)        Cov(W(s), W(t)) = min(s, t)
/// </code>
/// Exact in law and along the path. Wiener 1923, "Differential-space".
/// </remarks>
/// <param name="dimensions">d, at least 1; components are independent.</param>
/// <param name="sigma">σ, at least 0; √(2D) for a diffusion coefficient D.</param>
/// <param name="velocity">v, of every component.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class WienerProcess(int dimensions = 1, double sigma = 1, double velocity = 0) : ItoProcess(dimensions), IExactTransition
{
    /// <summary>σ.</summary>
    public double Sigma { get; } = Require.NotNegative(sigma, "WienerProcess: sigma");

    /// <summary>v.</summary>
    public double Velocity { get; } = Require.Finite(velocity, "WienerProcess: velocity");

    /// <inheritdoc/>
    public override NoiseKind Noise => NoiseKind.Additive;

    /// <inheritdoc/>
    public override void Drift(ReadOnlySpan<double> x, double t, Span<double> f) => f.Fill(Velocity);

    /// <inheritdoc/>
    public override void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g) => g.Fill(Sigma);

    /// <inheritdoc/>
    public override void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope) => slope.Clear();

    /// <inheritdoc/>
    public void Advance(Span<double> x, double t, double h, ReadOnlySpan<double> z)
    {
        var (shift, scale) = (Velocity * h, Sigma * Math.Sqrt(h));
        for (var i = 0; i < x.Length; i++) x[i] += shift + (scale * z[i]);
    }
}
