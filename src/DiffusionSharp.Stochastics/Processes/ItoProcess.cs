namespace DiffusionSharp.Stochastics.Processes;

/// <summary>A process dX_i = f_i(X, t) dt + g_i(X, t) dW_i in d dimensions: its drift and its diffusion, in Itô's reading.</summary>
/// <remarks>
/// Each component has a Wiener process of its own, independent of the others; noise that is mixed between components (a full matrix g) is not
/// covered. Fields are evaluated for many paths in one call: states are rows of d values, one row a path, one after another, and the results
/// have the same layout. So one virtual call serves a whole tile of paths. Implementations hold no state and may be used by many threads.
/// Itô 1951, "On stochastic differential equations"; Øksendal 2003, "Stochastic Differential Equations", chapter 5.
/// </remarks>
public abstract class ItoProcess
{
    /// <summary>Makes a process.</summary>
    /// <param name="dimensions">d, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is below 1.</exception>
    protected ItoProcess(int dimensions) => Dimensions = Require.AtLeastOne(dimensions, $"{GetType().Name}: dimensions");

    /// <summary>d, the number of components of a state.</summary>
    public int Dimensions { get; }

    /// <summary>How g depends on the state; schemes ask for it.</summary>
    public abstract NoiseKind Noise { get; }

    /// <summary>f(x, t), in units of x per unit of time.</summary>
    /// <param name="x">States, rows of d values.</param>
    /// <param name="t">The time of all of them.</param>
    /// <param name="f">Takes the drift, as long as <paramref name="x"/> and apart from it.</param>
    public abstract void Drift(ReadOnlySpan<double> x, double t, Span<double> f);

    /// <summary>g(x, t), in units of x per root of time.</summary>
    /// <param name="x">States, rows of d values.</param>
    /// <param name="t">The time of all of them.</param>
    /// <param name="g">Takes the diffusion, as long as <paramref name="x"/> and apart from it.</param>
    public abstract void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g);

    /// <summary>∂g_i/∂x_i, which Milstein's scheme needs.</summary>
    /// <param name="x">States, rows of d values.</param>
    /// <param name="t">The time of all of them.</param>
    /// <param name="slope">Takes the derivative, as long as <paramref name="x"/> and apart from it; zeros where the noise is additive.</param>
    /// <exception cref="NotSupportedException">The derivative was not given.</exception>
    public abstract void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope);
}
