namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Steps drawn from the exact law of a process that knows it, at any step size.</summary>
/// <remarks>
/// ΔW/√h serves as the normal draw. For <see cref="WienerProcess"/> and <see cref="GeometricBrownianMotion"/> the step is also exact along
/// the Wiener path; for <see cref="OrnsteinUhlenbeck"/> in law, and its method AlongPath follows a path.
/// </remarks>
public sealed class ExactTransition : ItoIntegrator
{
    /// <inheritdoc/>
    public override double WeakOrder => double.PositiveInfinity;

    /// <inheritdoc/>
    public override int CallsPerStep => 0;

    /// <inheritdoc/>
    public override Calculus Reading => Calculus.Ito;

    /// <inheritdoc/>
    public override int Buffers => 1;

    /// <inheritdoc/>
    public override double? StrongOrder(NoiseKind noise) => null;

    /// <inheritdoc/>
    public override void Check(ItoProcess process)
    {
        if (process is not IExactTransition)
            throw new NotSupportedException(
                $"ExactTransition: the law of {process.GetType().Name} over a step is not known; " +
                $"a process that is an {nameof(IExactTransition)} is needed, or a scheme such as EulerMaruyama.");
    }

    /// <inheritdoc/>
    public override void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work)
    {
        var z = work[..x.Length];
        var scale = 1 / Math.Sqrt(h);
        for (var i = 0; i < x.Length; i++) z[i] = scale * dW[i];
        ((IExactTransition)process).Advance(x, t, h, z);
    }
}
