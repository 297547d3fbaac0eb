namespace DiffusionSharp.Stochastics.Processes;

/// <summary>No force: U = 0 everywhere.</summary>
/// <param name="dimensions">d, at least 1.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is below 1.</exception>
public sealed class FreePotential(int dimensions = 1) : Potential(dimensions)
{
    /// <inheritdoc/>
    public override double Energy(ReadOnlySpan<double> x) => 0;

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> x, Span<double> gradient) => gradient.Clear();
}
