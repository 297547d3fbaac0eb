namespace DiffusionSharp.Stochastics.Processes;

/// <summary>A potential energy U(x) and its gradient; the force is −∇U, Boltzmann's law e^(−U/kT).</summary>
public abstract class Potential
{
    /// <summary>Makes a potential.</summary>
    /// <param name="dimensions">d, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is below 1.</exception>
    protected Potential(int dimensions) => Dimensions = Require.AtLeastOne(dimensions, $"{GetType().Name}: dimensions");

    /// <summary>d.</summary>
    public int Dimensions { get; }

    /// <summary>U at one point.</summary>
    /// <param name="x">d values.</param>
    public abstract double Energy(ReadOnlySpan<double> x);

    /// <summary>∇U at many points.</summary>
    /// <param name="x">Points, rows of d values.</param>
    /// <param name="gradient">Takes the gradients, as long as <paramref name="x"/> and apart from it.</param>
    public abstract void Gradient(ReadOnlySpan<double> x, Span<double> gradient);

    /// <summary>U at one point of the line, for a potential in one dimension.</summary>
    /// <param name="x">The point.</param>
    public double Energy(double x) => Energy(new ReadOnlySpan<double>(in x));
}
