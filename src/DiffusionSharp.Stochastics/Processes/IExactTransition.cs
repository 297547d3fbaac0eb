namespace DiffusionSharp.Stochastics.Processes;

/// <summary>A process whose state after a time h can be drawn exactly, at any h.</summary>
public interface IExactTransition
{
    /// <summary>Draws X(t + h) given X(t).</summary>
    /// <param name="x">States at t, rows of d values; replaced by those at t + h.</param>
    /// <param name="t">The time of all of them.</param>
    /// <param name="h">The step, above 0; it may be large.</param>
    /// <param name="z">Independent standard normals, as many as <paramref name="x"/> has values.</param>
    void Advance(Span<double> x, double t, double h, ReadOnlySpan<double> z);
}
