namespace DiffusionSharp.Stochastics.Processes;

/// <summary>A scheme that walks an Itô process forward in steps, given the increments of its Wiener paths.</summary>
/// <remarks>
/// Strong order p: E|X_h(T) − X(T)| ≤ C hᵖ on the same Wiener path. Weak order p: |E φ(X_h(T)) − E φ(X(T))| ≤ C hᵖ for smooth φ.
/// The increments are an argument, so the same path can be walked at several step sizes (<see cref="WienerPath"/>): that of a long step is
/// the sum of those of the short ones in it. A step works on a tile of paths at once and allocates nothing. Integrators hold no state.
/// Kloeden and Platen 1992, "Numerical Solution of Stochastic Differential Equations", chapters 9, 10 and 14.
/// </remarks>
public abstract class ItoIntegrator
{
    /// <summary>The weak order on smooth problems; +∞ where the law is exact.</summary>
    public abstract double WeakOrder { get; }

    /// <summary>How often a step evaluates the drift: its cost.</summary>
    public abstract int CallsPerStep { get; }

    /// <summary>The reading of the equation to whose solution it converges.</summary>
    public abstract Calculus Reading { get; }

    /// <summary>How many arrays as long as the states <see cref="Step"/> works in.</summary>
    public abstract int Buffers { get; }

    /// <summary>The strong order for noise of a kind; null where only the law is approximated.</summary>
    /// <param name="noise">The kind.</param>
    public abstract double? StrongOrder(NoiseKind noise);

    /// <summary>Throws where the scheme does not apply to a process.</summary>
    /// <param name="process">What would be integrated.</param>
    /// <exception cref="NotSupportedException">It does not apply; the message names what does.</exception>
    public abstract void Check(ItoProcess process);

    /// <summary>One step of many paths.</summary>
    /// <param name="process">The equation; one that passes <see cref="Check"/>.</param>
    /// <param name="x">States at t, rows of d values; replaced by those at t + h.</param>
    /// <param name="t">The time of all of them.</param>
    /// <param name="h">The step, above 0.</param>
    /// <param name="dW">Increments W(t + h) − W(t), of variance h, one for each value of <paramref name="x"/>.</param>
    /// <param name="work">Room for <see cref="Buffers"/> times as many values as <paramref name="x"/> has; its contents are lost.</param>
    public abstract void Step(ItoProcess process, Span<double> x, double t, double h, ReadOnlySpan<double> dW, Span<double> work);

    /// <summary>
    /// Whether what the scheme carries from step to step is not the state itself, so that <see cref="Observe"/> is due before it is looked at.
    /// </summary>
    public virtual bool IsObserved => false;

    /// <summary>Turns what the scheme carries from step to step into the state that it stands for; most carry the state itself.</summary>
    /// <param name="process">The equation.</param>
    /// <param name="x">What is carried, rows of d values; replaced by the states.</param>
    /// <param name="t">The time of all of them.</param>
    /// <param name="dW">The increments of the step that follows.</param>
    /// <param name="work">Room for <see cref="Buffers"/> times as many values as <paramref name="x"/> has.</param>
    public virtual void Observe(ItoProcess process, Span<double> x, double t, ReadOnlySpan<double> dW, Span<double> work)
    {
    }

    /// <summary>Walks one path along given increments and returns every state of it.</summary>
    /// <param name="process">The equation.</param>
    /// <param name="start">The start, d values.</param>
    /// <param name="t">The time of the start.</param>
    /// <param name="h">The step, above 0.</param>
    /// <param name="increments">Increments of the Wiener paths, d for each step, step by step.</param>
    /// <returns>n + 1 rows of d values for n steps, the start first.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="NotSupportedException">The scheme does not apply to the process.</exception>
    public double[] Follow(ItoProcess process, ReadOnlySpan<double> start, double t, double h, ReadOnlySpan<double> increments)
    {
        var d = process.Dimensions;
        Check(process);
        Require.Positive(h, $"{GetType().Name}.Follow: h");
        if (start.Length != d || increments.Length % d != 0)
            throw new ArgumentException(
                $"{GetType().Name}.Follow: a start of {start.Length} values and {increments.Length} increments; " +
                $"{d} values and a multiple of {d} increments are needed.",
                nameof(start));
        var steps = increments.Length / d;
        double[] path = new double[(steps + 1) * d], work = new double[Buffers * d], x = start.ToArray();
        start.CopyTo(path);
        for (var n = 0; n < steps; n++)
        {
            Step(process, x, t + (n * h), h, increments.Slice(n * d, d), work);
            x.CopyTo(path.AsSpan((n + 1) * d));
        }

        return path;
    }
}
