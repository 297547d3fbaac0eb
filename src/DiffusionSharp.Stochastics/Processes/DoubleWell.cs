namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Two wells at ±a with a barrier of height B between them: U = B ((x/a)² − 1)² on a line.</summary>
/// <remarks>Curvature 8B/a² at the bottoms and −4B/a² on the barrier: what Kramers's rate asks for.</remarks>
/// <param name="barrier">B, above 0, in units of energy.</param>
/// <param name="position">a, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class DoubleWell(double barrier = 1, double position = 1) : Potential(1)
{
    /// <summary>B.</summary>
    public double Barrier { get; } = Require.Positive(barrier, "DoubleWell: barrier");

    /// <summary>a.</summary>
    public double Position { get; } = Require.Positive(position, "DoubleWell: position");

    /// <inheritdoc/>
    public override double Energy(ReadOnlySpan<double> x)
    {
        var s = (x[0] / Position * (x[0] / Position)) - 1;
        return Barrier * s * s;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> x, Span<double> gradient)
    {
        var square = 1 / (Position * Position);
        var factor = 4 * Barrier * square;
        for (var i = 0; i < x.Length; i++) gradient[i] = factor * x[i] * ((square * x[i] * x[i]) - 1);
    }
}
