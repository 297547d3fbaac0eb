namespace DiffusionSharp.Stochastics.Processes;

/// <summary>A field on many states at one time; see <see cref="ItoProcess"/> for the layout.</summary>
/// <param name="x">States, rows of d values.</param>
/// <param name="t">The time of all of them.</param>
/// <param name="result">Takes the field, as long as <paramref name="x"/> and apart from it.</param>
public delegate void SdeField(ReadOnlySpan<double> x, double t, Span<double> result);

/// <summary>A process from functions: any drift and any diffusion.</summary>
/// <param name="dimensions">d, at least 1.</param>
/// <param name="noise">How the diffusion depends on the state; it is trusted.</param>
/// <param name="drift">f(x, t); called from many threads at once.</param>
/// <param name="diffusion">g(x, t); called from many threads at once.</param>
/// <param name="slope">∂g_i/∂x_i, for Milstein's scheme; not needed for additive noise, where it is 0.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is below 1.</exception>
public sealed class FunctionProcess(int dimensions, NoiseKind noise, SdeField drift, SdeField diffusion, SdeField? slope = null) : ItoProcess(dimensions)
{
    /// <inheritdoc/>
    public override NoiseKind Noise { get; } = noise;

    /// <summary>A process on the line.</summary>
    /// <param name="drift">f(x, t).</param>
    /// <param name="diffusion">g(x, t).</param>
    /// <param name="slope">∂g/∂x, for Milstein's scheme.</param>
    public static FunctionProcess Scalar(
        Func<double, double, double> drift,
        Func<double, double, double> diffusion,
        Func<double, double, double>? slope = null) =>
        new(1, NoiseKind.Diagonal, Field(drift), Field(diffusion), slope is null ? null : Field(slope));

    /// <summary>A process whose noise depends on time alone and is equal in all components: the noise of diffusion models.</summary>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="drift">f(x, t).</param>
    /// <param name="diffusion">g(t).</param>
    public static FunctionProcess Additive(int dimensions, SdeField drift, Func<double, double> diffusion) =>
        new(dimensions, NoiseKind.Additive, drift, (_, t, g) => g.Fill(diffusion(t)));

    /// <inheritdoc/>
    public override void Drift(ReadOnlySpan<double> x, double t, Span<double> f) => drift(x, t, f);

    /// <inheritdoc/>
    public override void Diffusion(ReadOnlySpan<double> x, double t, Span<double> g) => diffusion(x, t, g);

    /// <inheritdoc/>
    public override void DiffusionSlope(ReadOnlySpan<double> x, double t, Span<double> slope)
    {
        if (Noise == NoiseKind.Additive) slope.Clear();
        else
            (SlopeField ?? throw new NotSupportedException(
                "FunctionProcess: the derivative of the diffusion was not given; give it, or use a scheme that does without (EulerMaruyama, " +
                "PlatenWeak).")).Invoke(
                x,
                t,
                slope);
    }

    private SdeField? SlopeField { get; } = slope;

    private static SdeField Field(Func<double, double, double> function) => (x, t, result) =>
    {
        for (var i = 0; i < x.Length; i++) result[i] = function(x[i], t);
    };
}
