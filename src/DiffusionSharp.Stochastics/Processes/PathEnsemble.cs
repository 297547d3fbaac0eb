using System.Buffers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Processes;

/// <summary>Many paths of a process under a scheme, walked in parallel; their states at the times asked for.</summary>
/// <remarks>
/// Path k draws from <c>rng.Split(k)</c>, the normal of component i in step n at position n d + i, so it depends on the stream and on k alone:
/// not on the number of paths nor on threads. Tiles of 256 paths are walked together; the loop allocates nothing. Most of the time goes into
/// the normals, one for each component and step.
/// <code>
/// var ou = new OrnsteinUhlenbeck(theta: 1, sigma: 1);
/// var states = new PathEnsemble(ou, new EulerMaruyama()).Run(PathEnsemble.SameStart(10000, 2), [0, 0.5, 1], 0.01, new Rng(1), Parallelism.Single);
/// </code>
/// </remarks>
public sealed class PathEnsemble
{
    private const int TilePaths = 256;

    // Normals drawn for a path at a time: a tile of them stays in the second cache.
    private const int Ahead = 64;

    /// <summary>Takes a process and a scheme.</summary>
    /// <param name="process">The equation.</param>
    /// <param name="integrator">The scheme; its reading of the equation is the one that is solved.</param>
    /// <exception cref="NotSupportedException">The scheme does not apply to the process.</exception>
    public PathEnsemble(ItoProcess process, ItoIntegrator integrator)
    {
        integrator.Check(process);
        (Process, Integrator) = (process, integrator);
    }

    /// <summary>The equation.</summary>
    public ItoProcess Process { get; }

    /// <summary>The scheme.</summary>
    public ItoIntegrator Integrator { get; }

    /// <summary>Starts of many paths at one point.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="point">d values.</param>
    /// <returns>[N, d].</returns>
    public static Tensor SameStart(int count, params ReadOnlySpan<double> point)
    {
        Require.AtLeastOne(count, "PathEnsemble: count");
        var values = new double[count * point.Length];
        for (var k = 0; k < count; k++) point.CopyTo(values.AsSpan(k * point.Length));
        return new Tensor([count, point.Length], values);
    }

    /// <summary>Starts drawn from a normal law, independent in every component.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="mean">Of every component.</param>
    /// <param name="deviation">Of every component, at least 0.</param>
    /// <param name="rng">The stream of the starts, apart from that of the paths.</param>
    /// <returns>[N, d].</returns>
    public static Tensor NormalStart(int count, int dimensions, double mean, double deviation, Rng rng)
    {
        Require.AtLeastOne(count, "PathEnsemble: count");
        Require.AtLeastOne(dimensions, "PathEnsemble: dimensions");
        Require.NotNegative(deviation, "PathEnsemble: deviation");
        var values = new double[count * dimensions];
        rng.FillNormal(values);
        foreach (ref var v in values.AsSpan()) v = mean + (deviation * v);
        return new Tensor([count, dimensions], values);
    }

    /// <summary>Walks the paths.</summary>
    /// <param name="start">Their states at the first time, [N, d].</param>
    /// <param name="times">Times in increasing order; the first is that of the start.</param>
    /// <param name="step">The longest step: the way to the next time is cut into equal steps no longer than this; +∞ takes one step from time to time.</param>
    /// <param name="rng">The stream; path k takes its k-th child.</param>
    /// <param name="parallelism">Threads; the result does not depend on them.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>
    /// The states at each of the times, [N, d] each, the start first. Paths that leave the range of numbers end in values that are not finite.
    /// </returns>
    /// <exception cref="ArgumentException">Shapes or times do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<Tensor> Run(Tensor start, IReadOnlyList<double> times, double step, Rng rng, Parallelism parallelism, CancellationToken stop = default)
    {
        var d = Process.Dimensions;
        if (start.Shape.Rank != 2 || start.Shape[1] != d)
            throw new ArgumentException($"PathEnsemble: starts of shape {start.Shape}; [N, {d}] is needed for {Process.GetType().Name}.", nameof(start));
        if (!(step > 0)) throw new ArgumentOutOfRangeException(nameof(step), step, "PathEnsemble: step must be positive.");
        var legs = Legs(times, step);
        var count = start.Samples;
        var results = new double[times.Count][];
        results[0] = start.Values.ToArray();
        for (var i = 1; i < results.Length; i++) results[i] = new double[count * d];
        parallelism.For(
            (count + TilePaths - 1) / TilePaths,
            tile => Walk(results, legs, tile * TilePaths, Math.Min(TilePaths, count - (tile * TilePaths)), rng, stop));
        return [.. results.Select(r => new Tensor([count, d], r))];
    }

    private static Leg[] Legs(IReadOnlyList<double> times, double step)
    {
        if (times.Count == 0 || !times.All(double.IsFinite))
            throw new ArgumentException("PathEnsemble: at least one time is needed, and all must be finite.", nameof(times));
        var legs = new Leg[times.Count - 1];
        for (var i = 0; i < legs.Length; i++)
        {
            var length = times[i + 1] - times[i];
            if (!(length > 0))
                throw new ArgumentException(
                    FormattableString.Invariant($"PathEnsemble: time {times[i + 1]} follows {times[i]}; times must increase."),
                    nameof(times));

            // An exact multiple of the step must not gain a step by rounding.
            var steps = Math.Max(Math.Ceiling((length / step) - 1e-9), 1);
            if (steps > int.MaxValue)
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"PathEnsemble: {steps:G3} steps of {step} between {times[i]} and {times[i + 1]}; at most {int.MaxValue} are supported."),
                    nameof(step));
            legs[i] = new Leg(times[i], length / steps, (int)steps);
        }

        return legs;
    }

    private void Walk(double[][] results, Leg[] legs, int first, int paths, Rng rng, CancellationToken stop)
    {
        var d = Process.Dimensions;
        var (size, chunk) = (paths * d, Math.Max(Ahead / d, 1));
        var pool = ArrayPool<double>.Shared;
        double[] state = pool.Rent(size), dW = pool.Rent(size), ahead = pool.Rent(size * chunk), work = pool.Rent(Math.Max(size * Integrator.Buffers, 1));
        try
        {
            Span<double> x = state.AsSpan(0, size), increments = dW.AsSpan(0, size), room = work.AsSpan(0, size * Integrator.Buffers);
            results[0].AsSpan(first * d, size).CopyTo(x);
            var done = 0L;
            for (var i = 0; i < legs.Length; i++)
            {
                var (t, h, steps) = legs[i];
                for (var n = 0; n < steps; n += chunk)
                {
                    stop.ThrowIfCancellationRequested();
                    var now = Math.Min(chunk, steps - n);
                    Draw(ahead, rng, first, paths, done, now);
                    for (var j = 0; j < now; j++)
                    {
                        Take(ahead, increments, now, j, h);
                        Integrator.Step(Process, x, t + ((n + j) * h), h, increments, room);
                    }

                    done += now;
                }

                var seen = results[i + 1].AsSpan(first * d, size);
                x.CopyTo(seen);
                if (!Integrator.IsObserved) continue;

                // What is observed belongs to the state and to the noise of the step after it.
                Draw(ahead, rng, first, paths, done, 1);
                Take(ahead, increments, 1, 0, i + 1 < legs.Length ? legs[i + 1].Length : h);
                Integrator.Observe(Process, seen, t + (steps * h), increments, room);
            }
        }
        finally
        {
            pool.Return(state);
            pool.Return(dW);
            pool.Return(ahead);
            pool.Return(work);
        }
    }

    // The normals of some steps, path by path.
    private void Draw(double[] ahead, Rng rng, int first, int paths, long step, int steps)
    {
        var row = steps * Process.Dimensions;
        for (var k = 0; k < paths; k++) rng.Split(first + k).FillNormal(ahead.AsSpan(k * row, row), (ulong)step * (ulong)Process.Dimensions);
    }

    // The increments of one step of all paths, out of rows of many steps.
    private void Take(double[] ahead, Span<double> increments, int steps, int j, double h)
    {
        var (d, root) = (Process.Dimensions, Math.Sqrt(h));
        var row = steps * d;
        for (int k = 0, at = j * d; k < increments.Length; k += d, at += row)
            for (var i = 0; i < d; i++) increments[k + i] = root * ahead[at + i];
    }

    private readonly record struct Leg(double Time, double Length, int Steps);
}
