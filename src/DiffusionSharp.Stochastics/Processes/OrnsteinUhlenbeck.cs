namespace DiffusionSharp.Stochastics.Processes;

/// <summary>The Ornstein–Uhlenbeck process: noise that a linear force pulls back, dX = θ (μ − X) dt + σ dW.</summary>
/// <remarks>
/// <code>
/// X(t + h) | X(t) ~ N(μ + (X(t) − μ) e^(−θh), σ² (1 − e^(−2θh))/(2θ))
/// stationary: N(μ, σ²/(2θ))        Cov(X(s), X(t)) = σ²/(2θ) (e^(−θ|t−s|) − e^(−θ(t+s)))  for a fixed start
/// </code>
/// The only stationary Gaussian Markov process with a continuous covariance. Uhlenbeck and Ornstein 1930, "On the theory of the Brownian
/// motion"; the exact update is in Gillespie 1996, "Exact numerical simulation of the Ornstein-Uhlenbeck process and its integral".
/// </remarks>
/// <param name="theta">θ, the rate of return, above 0.</param>
/// <param name="sigma">σ, at least 0.</param>
/// <param name="mean">μ, of every component.</param>
/// <param name="dimensions">d, at least 1; components are independent.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class OrnsteinUhlenbeck(double theta, double sigma, double mean = 0, int dimensions = 1) : ItoProcess(dimensions), IExactTransition
{
    /// <summary>θ.</summary>
    public double Theta { get; } = Require.Positive(theta, "OrnsteinUhlenbeck: theta");

    /// <summary>σ.</summary>
    public double Sigma { get; } = Require.NotNegative(sigma, "OrnsteinUhlenbeck: sigma");

    /// <summary>μ.</summary>
    public double Level { get; } = Require.Finite(mean, "OrnsteinUhlenbeck: mean");

    /// <summary>σ²/(2θ).</summary>
    public double StationaryVariance => Sigma * Sigma / (2 * Theta);

    /// <inheritdoc/>
    public override NoiseKind Noise => NoiseKind.Additive;

    /// <summary>E[X(t)] for a start at x₀.</summary>
    /// <param name="x0">The start.</param>
    /// <param name="t">Time since the start.</param>
    public double Mean(double x0, double t) => Level + ((x0 - Level) * Math.Exp(-Theta * t));

    /// <summary>Cov(X(s), X(t)) for a start that is fixed, or has a variance.</summary>
    /// <param name="s">A time since the start, at least 0.</param>
    /// <param name="t">Another time, at least 0.</param>
    /// <param name="startVariance">Of X(0); <see cref="StationaryVariance"/> makes the process stationary.</param>
    public double Covariance(double s, double t, double startVariance = 0) =>
        (startVariance * Math.Exp(-Theta * (s + t))) - (StationaryVariance * Math.Exp(-Theta * Math.Abs(t - s)) * ExpMinusOne(-2 * Theta * Math.Min(s, t)));

    /// <inheritdoc/>
    public override void Drift(ReadOnlySpan<double> x, double t, Span<double> f)
    {
        var (theta, level) = (Theta, Level);
        for (var i = 0; i < x.Length; i++) f[i] = theta * (level - x[i]);
    }

    /// <inheritdoc/>
    public override void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g) => g.Fill(Sigma);

    /// <inheritdoc/>
    public override void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope) => slope.Clear();

    /// <inheritdoc/>
    public void Advance(Span<double> x, double t, double h, ReadOnlySpan<double> z)
    {
        var (decay, deviation, level) = (Math.Exp(-Theta * h), Math.Sqrt(Covariance(h, h)), Level);
        for (var i = 0; i < x.Length; i++) x[i] = level + ((x[i] - level) * decay) + (deviation * z[i]);
    }

    /// <summary>X(t + h) along a given Wiener path: the strong solution over a step whose increment is known.</summary>
    /// <remarks>
    /// The integral I = ∫ e^(−θ(t+h−s)) dW(s) is not a function of ΔW, but the two are jointly normal with covariance c = (1 − e^(−θh))/θ:
    /// I | ΔW ~ N(c ΔW/h, (1 − e^(−2θh))/(2θ) − c²/h). So a second normal completes it, and errors of schemes on the same path can be measured.
    /// </remarks>
    /// <param name="x">X(t).</param>
    /// <param name="h">The step, above 0.</param>
    /// <param name="increment">ΔW = W(t + h) − W(t).</param>
    /// <param name="z">A standard normal independent of the path's increments.</param>
    public double AlongPath(double x, double h, double increment, double z)
    {
        var c = -ExpMinusOne(-Theta * h) / Theta;
        var y = Theta * h;

        // Below 0.01 the difference would lose all but 11 digits; the series leaves out 0.02 y⁵ of itself.
        var rest = y < 0.01
            ? y * y * h * ((1.0 / 12) + (y * ((-1.0 / 12) + (y * ((17.0 / 360) + (y * ((-7.0 / 360) + (y * 43 / 6720))))))))
            : (-ExpMinusOne(-2 * y) / (2 * Theta)) - (c * c / h);
        return Mean(x, h) + (Sigma * ((c * increment / h) + (Math.Sqrt(Math.Max(rest, 0)) * z)));
    }

    // e^x − 1 without cancellation near 0: 2 sinh(x/2) e^(x/2); far below 0 that would be −∞ · 0, and nothing cancels.
    private static double ExpMinusOne(double x) => x < -1 ? Math.Exp(x) - 1 : 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);
}
