namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Geometric Brownian motion, noise in proportion to the state: dX = μ X dt + σ X dW.</summary>
/// <remarks>
/// <code>
/// X(t) = x₀ exp((μ − σ²/2) t + σ W(t))
/// E X = x₀ e^(μt)        E X² = x₀² e^((2μ+σ²)t)
/// </code>
/// The standard test of strong orders: its noise is multiplicative and its solution on a given path is known.
/// Kloeden and Platen 1992, "Numerical Solution of Stochastic Differential Equations", 4.4 and 9.3.
/// </remarks>
/// <param name="mu">μ, the mean rate of growth.</param>
/// <param name="sigma">σ, at least 0.</param>
/// <param name="dimensions">d, at least 1; components are independent.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class GeometricBrownianMotion(double mu, double sigma, int dimensions = 1) : ItoProcess(dimensions), IExactTransition
{
    /// <summary>μ.</summary>
    public double Mu { get; } = Require.Finite(mu, "GeometricBrownianMotion: mu");

    /// <summary>σ.</summary>
    public double Sigma { get; } = Require.NotNegative(sigma, "GeometricBrownianMotion: sigma");

    /// <inheritdoc/>
    public override NoiseKind Noise => NoiseKind.Diagonal;

    /// <summary>X(t) on a Wiener path, in the reading asked for.</summary>
    /// <param name="x0">X(0).</param>
    /// <param name="t">The time, at least 0.</param>
    /// <param name="w">W(t) of the path.</param>
    /// <param name="reading">Itô's by default; Stratonovich's solution is x₀ e^(μt + σW).</param>
    public double Solution(double x0, double t, double w, Calculus reading = Calculus.Ito) =>
        x0 * Math.Exp(((reading == Calculus.Ito ? Mu - (Sigma * Sigma / 2) : Mu) * t) + (Sigma * w));

    /// <summary>E[X(t)ᵖ].</summary>
    /// <param name="x0">X(0).</param>
    /// <param name="t">The time, at least 0.</param>
    /// <param name="power">p, any real number.</param>
    public double Moment(double x0, double t, int power) => Math.Pow(x0, power) * Math.Exp(((power * Mu) + (power * (power - 1) * Sigma * Sigma / 2)) * t);

    /// <inheritdoc/>
    public override void Drift(ReadOnlySpan<double> x, double t, Span<double> f)
    {
        for (var i = 0; i < x.Length; i++) f[i] = Mu * x[i];
    }

    /// <inheritdoc/>
    public override void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g)
    {
        for (var i = 0; i < x.Length; i++) g[i] = Sigma * x[i];
    }

    /// <inheritdoc/>
    public override void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope) => slope.Fill(Sigma);

    /// <inheritdoc/>
    public void Advance(Span<double> x, double t, double h, ReadOnlySpan<double> z)
    {
        var root = Math.Sqrt(h);
        for (var i = 0; i < x.Length; i++) x[i] = Solution(x[i], h, root * z[i]);
    }
}
