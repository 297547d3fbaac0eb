namespace DiffusionSharp.Stochastics.Processes;

/// <summary>A spring: U = k |x|²/2, whose Boltzmann law is N(0, kT/k).</summary>
/// <param name="stiffness">k, above 0; energy per square of length.</param>
/// <param name="dimensions">d, at least 1.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
public sealed class HarmonicPotential(double stiffness = 1, int dimensions = 1) : Potential(dimensions)
{
    /// <summary>k.</summary>
    public double Stiffness { get; } = Require.Positive(stiffness, "HarmonicPotential: stiffness");

    /// <inheritdoc/>
    public override double Energy(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        foreach (var v in x) sum += v * v;
        return Stiffness * sum / 2;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> x, Span<double> gradient)
    {
        for (var i = 0; i < x.Length; i++) gradient[i] = Stiffness * x[i];
    }
}
