using DiffusionSharp.Tensors;

namespace DiffusionSharp.Integration;

/// <summary>Adaptive Runge–Kutta integration of order 5 with an embedded error estimate of order 4, every sample by itself.</summary>
/// <remarks>
/// Dormand and Prince 1980 (RK5(4)7M); the estimate of the error is the difference of both orders, the fifth is carried on, and the last
/// slope of a step is the first of the next. A step is accepted where
/// <code>
/// e = √mean((y₅ − y₄)²/(atol + rtol·max(|y|, |y₅|))²) ≤ 1
/// h′ = h · clamp(0.9 · e^(−0.17) · e_before^0.04, 0.2, 10)       (at most h after a refusal)
/// </code>
/// Hairer, Nørsett and Wanner 1993, Solving Ordinary Differential Equations I, section II.4, where the first step comes from too; the
/// control is theirs of section IV.2 in volume II. Each sample has its own time, step and acceptance, so a batch may be cut anywhere:
/// all samples are asked in each round, and those that have arrived wait.
/// </remarks>
public sealed class DormandPrince
{
    private const int Stages = 7;
    private const double Safety = 0.9;
    private const double Damping = 0.04;

    private static readonly double[] Nodes = [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1];

    // Row j makes the state of stage j out of the slopes before it; the last row is the solution of order 5.
    private static readonly double[][] Weights =
    [
        [],
        [1.0 / 5],
        [3.0 / 40, 9.0 / 40],
        [44.0 / 45, -56.0 / 15, 32.0 / 9],
        [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
        [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
        [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ];

    // Order 5 less order 4.
    private static readonly double[] ErrorWeights = [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40];

    /// <summary>Makes an integrator.</summary>
    /// <param name="relativeTolerance">rtol, above 0.</param>
    /// <param name="absoluteTolerance">atol, above 0.</param>
    /// <param name="maximumSteps">The most rounds between two output times, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public DormandPrince(double relativeTolerance = 1e-5, double absoluteTolerance = 1e-5, int maximumSteps = 10_000)
    {
        RelativeTolerance = Guard.Above(relativeTolerance, 0, "DormandPrince: relativeTolerance");
        AbsoluteTolerance = Guard.Above(absoluteTolerance, 0, "DormandPrince: absoluteTolerance");
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumSteps, 1);
        MaximumSteps = maximumSteps;
    }

    /// <summary>rtol.</summary>
    public double RelativeTolerance { get; }

    /// <summary>atol.</summary>
    public double AbsoluteTolerance { get; }

    /// <summary>The most rounds between two output times.</summary>
    public int MaximumSteps { get; }

    /// <summary>The solution at the end of an interval.</summary>
    /// <param name="f">The right-hand side.</param>
    /// <param name="y">The states at <paramref name="from"/>, [N, …].</param>
    /// <param name="from">Where the interval starts.</param>
    /// <param name="to">Where it ends, to either side.</param>
    /// <exception cref="ArgumentException">The times are equal or not finite.</exception>
    /// <exception cref="InvalidOperationException">The tolerance cannot be reached.</exception>
    public OdePoint Integrate(RightHandSide f, Tensor y, double from, double to) => Solve(f, y, [from, to]).Last();

    /// <summary>The solution at given times, computed as it is enumerated; steps end there and go on with their own length.</summary>
    /// <param name="f">The right-hand side.</param>
    /// <param name="y">The states at the first time, [N, …].</param>
    /// <param name="times">The start, then the output times; strictly rising or strictly falling.</param>
    /// <returns>One point per time, the start first.</returns>
    /// <exception cref="ArgumentException">There is no time, or they are not finite and strictly monotone.</exception>
    /// <exception cref="InvalidOperationException">The tolerance cannot be reached: slopes that are not finite, or too stiff.</exception>
    public IEnumerable<OdePoint> Solve(RightHandSide f, Tensor y, IReadOnlyList<double> times)
    {
        if (times.Count == 0) throw new ArgumentException("DormandPrince: at least the start is needed.", nameof(times));
        for (var i = 0; i < times.Count; i++)
        {
            var onwards = i == 0 || (times[i] - times[i - 1]) * (times[^1] - times[0]) > 0;
            if (!(double.IsFinite(times[i]) && onwards))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"DormandPrince: times must be finite and strictly monotone; time {i} is {times[i]}."), nameof(times));
            }

        }

        return Run(f, y, times);
    }

    private IEnumerable<OdePoint> Run(RightHandSide f, Tensor y, IReadOnlyList<double> times)
    {
        var batch = new Batch(this, f, y, times[0], times[^1]);
        yield return batch.At(times[0]);
        for (var i = 1; i < times.Count; i++)
        {
            batch.AdvanceTo(times[i]);
            yield return batch.At(times[i]);
        }
    }

    // The samples of one solution under way.
    private sealed class Batch
    {
        private readonly DormandPrince settings;
        private readonly RightHandSide f;
        private readonly Shape shape;
        private readonly int samples;
        private readonly int size;
        private readonly double[] y;
        private readonly double[] time;
        private readonly double[] step;
        private readonly double[] errorBefore;
        private readonly bool[] refused;
        private readonly double[] difference;
        private Tensor first;
        private int evaluations;
        private long accepted;
        private long rejected;
        private double largest;

        public Batch(DormandPrince settings, RightHandSide f, Tensor start, double from, double to)
        {
            (this.settings, this.f, shape, samples) = (settings, f, start.Shape, start.Samples);
            size = samples == 0 ? 0 : shape.Count / samples;
            y = start.Values.ToArray();
            difference = new double[size];
            (time, step, errorBefore, refused) = (new double[samples], new double[samples], new double[samples], new bool[samples]);
            Array.Fill(time, from);
            Array.Fill(errorBefore, 1e-4);
            first = Ask(start, time);
            FirstSteps(from, to);
        }

        public OdePoint At(double t) => new(t, new Tensor(shape, (double[])y.Clone()), first, evaluations, accepted, rejected, largest);

        public void AdvanceTo(double end)
        {
            var (h, lands) = (new double[samples], new bool[samples]);
            for (var round = 0; Array.Exists(time, t => t != end); round++)
            {
                for (var k = 0; k < samples; k++)
                {
                    // A little more than the step left: one step to the end rather than a sliver after it.
                    var left = end - time[k];
                    lands[k] = 1.01 * step[k] >= Math.Abs(left);
                    h[k] = lands[k] ? left : Math.CopySign(step[k], left);
                    if (left != 0 && (round >= settings.MaximumSteps || !(Math.Abs(h[k]) > 4 * (Math.BitIncrement(Math.Abs(time[k])) - Math.Abs(time[k])))))
                    {
                        throw new InvalidOperationException(FormattableString.Invariant(
                            $"DormandPrince: sample {k} cannot keep its tolerance at time {time[k]} (step {h[k]}, round {round}): ")
                            + $"the slopes are not finite or too stiff; loosen the tolerance or allow more than {settings.MaximumSteps} steps.");
                    }
                }

                Round(h, lands, end);
            }
        }

        private void Round(double[] h, bool[] lands, double end)
        {
            var slopes = new Tensor[Stages];
            slopes[0] = first;
            var state = first;
            var at = new double[samples];
            for (var j = 1; j < Stages; j++)
            {
                state = Combine(slopes, Weights[j], h);
                for (var k = 0; k < samples; k++) at[k] = lands[k] && Nodes[j] == 1 ? end : time[k] + (Nodes[j] * h[k]);
                slopes[j] = Ask(state, at);
            }

            var last = slopes[^1];
            var slope = first.Values.ToArray();
            for (var k = 0; k < samples; k++)
            {
                if (time[k] == end) continue;
                var e = Error(k, state, slopes, h[k]);
                if (e <= 1)
                {
                    state.Sample(k).CopyTo(y.AsSpan(k * size, size));
                    last.Sample(k).CopyTo(slope.AsSpan(k * size, size));
                    time[k] = lands[k] ? end : time[k] + h[k];
                    var factor = Math.Clamp(Safety * Math.Pow(e, -0.2 + (0.75 * Damping)) * Math.Pow(errorBefore[k], Damping), 0.2, refused[k] ? 1 : 10);

                    // A step cut short by an output time says little about the next one's length.
                    step[k] = lands[k] ? Math.Max(step[k], factor * Math.Abs(h[k])) : factor * step[k];
                    errorBefore[k] = Math.Max(e, 1e-4);
                    refused[k] = false;
                    accepted++;
                    largest = Math.Max(largest, e);
                }
                else
                {
                    // NaN gets here too and shortens the step as far as it may be shortened.
                    var factor = double.IsFinite(e) ? Math.Max(Safety * Math.Pow(e, -0.2 + (0.75 * Damping)), 0.2) : 0.2;
                    step[k] = factor * Math.Abs(h[k]);
                    refused[k] = true;
                    rejected++;
                }
            }

            first = new Tensor(shape, slope);
        }

        private double Error(int k, Tensor after, Tensor[] slopes, double h)
        {
            Array.Clear(difference);
            for (var j = 0; j < Stages; j++)
            {
                var slope = slopes[j].Sample(k);
                for (var i = 0; i < difference.Length; i++) difference[i] += ErrorWeights[j] * slope[i];
            }

            var sum = 0.0;
            ReadOnlySpan<double> before = y.AsSpan(k * size, size), next = after.Sample(k);
            for (var i = 0; i < size; i++)
            {
                var e = h * difference[i] / Tolerance(Math.Max(Math.Abs(before[i]), Math.Abs(next[i])));
                sum += e * e;
            }

            return size == 0 ? 0 : Math.Sqrt(sum / size);
        }

        private Tensor Combine(Tensor[] slopes, double[] weights, double[] h) => Tensor.Create(shape, values =>
        {
            y.CopyTo(values);
            for (var k = 0; k < samples; k++)
            {
                var into = values.Slice(k * size, size);
                for (var j = 0; j < weights.Length; j++)
                {
                    if (weights[j] == 0 || h[k] == 0) continue;
                    var w = weights[j] * h[k];
                    var slope = slopes[j].Sample(k);
                    for (var i = 0; i < into.Length; i++) into[i] += w * slope[i];
                }
            }
        });

        private void FirstSteps(double from, double to)
        {
            var span = Math.Abs(to - from);
            if (span == 0 || samples == 0) return;
            if (!first.IsFinite())
                throw new InvalidOperationException(FormattableString.Invariant($"DormandPrince: the slopes at the start, time {from}, are not finite."));
            var (h, at, slope) = (new double[samples], new double[samples], new double[samples]);
            for (var k = 0; k < samples; k++)
            {
                var state = y.AsSpan(k * size, size);
                var size0 = Norm(state, state);
                slope[k] = Norm(first.Sample(k), state);
                step[k] = Math.Min(size0 < 1e-5 || slope[k] < 1e-5 ? 1e-6 : 0.01 * size0 / slope[k], span);
                h[k] = Math.CopySign(step[k], to - from);
                at[k] = from + h[k];
            }

            var after = Ask(Combine([first], [1], h), at) - first;
            for (var k = 0; k < samples; k++)
            {
                var curvature = Norm(after.Sample(k), y.AsSpan(k * size, size)) / step[k];
                var steepest = Math.Max(slope[k], curvature);
                var fitting = steepest <= 1e-15 ? Math.Max(1e-6, 1e-3 * step[k]) : Math.Pow(0.01 / steepest, 0.2);
                step[k] = Math.Min(Math.Min(100 * step[k], double.IsFinite(fitting) ? fitting : step[k]), span);
            }
        }

        private double Norm(ReadOnlySpan<double> values, ReadOnlySpan<double> state)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++) sum += Math.Pow(values[i] / Tolerance(Math.Abs(state[i])), 2);
            return size == 0 ? 0 : Math.Sqrt(sum / size);
        }

        private double Tolerance(double magnitude) => settings.AbsoluteTolerance + (settings.RelativeTolerance * magnitude);

        private Tensor Ask(Tensor state, double[] at)
        {
            evaluations++;
            var slope = f(state, at);
            return slope.Shape == shape ? slope : throw new ArgumentException($"DormandPrince: slopes of shape {shape} were expected, {slope.Shape} came.");
        }
    }
}
