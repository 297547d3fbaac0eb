using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>DPM-Solver with step sizes of its own: two orders from the same calls, their difference held to a tolerance.</summary>
/// <remarks>
/// <code>
/// x_low, x_high   orders 1 and 2 (DPM-Solver-12), or 2 and 3 (DPM-Solver-23, stages at 1/3 and 2/3)
/// δ = max(ε_a, ε_r max(|x_low|, |x_prev|))       E = ‖(x_low − x_high)/δ‖/√dim
/// f = 1 + atan(E^(−1/order) − 1)       accept where f ≥ 0.81       h ← f h
/// </code>
/// Lu et al. 2022, arXiv:2206.00927, algorithm 3, with the smooth limit of Söderlind and Wang 2006 on the growth of a step. The sampler
/// passes through every time of its grid, a step being cut short there. A step from pure noise, and one from the schedule's least noise to
/// clean data, are <see cref="ProbabilityFlow.Step"/>.
/// </remarks>
public sealed class DpmSolverAdaptive : Sampler
{
    // A factor below it rejects the step; published code's value.
    private const double AcceptFrom = 0.81;
    private readonly int order;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">Times that the trajectory passes through, towards the data.</param>
    /// <param name="order">2 for orders 1 and 2, 3 for orders 2 and 3.</param>
    /// <param name="relative">ε_r, relative tolerance of a step, above 0; 0.05 is the paper's.</param>
    /// <param name="absolute">ε_a, absolute tolerance of a step in units of x, above 0; 0.0078 is the paper's, one level of 8-bit pixels.</param>
    /// <param name="firstStep">The first step tried, in ln(α/σ), above 0; 0.05 is the paper's.</param>
    /// <param name="form">Which estimate is a polynomial along a step.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the grid leaves the schedule or is no chain.</exception>
    public DpmSolverAdaptive(
        Schedule schedule,
        TimeGrid grid,
        int order = 3,
        double relative = 0.05,
        double absolute = 0.0078,
        double firstStep = 0.05,
        DpmSolverForm form = DpmSolverForm.Noise)
        : base(schedule, Chain(grid, nameof(DpmSolverAdaptive)))
    {
        this.order = order is 2 or 3
            ? order
            : throw new ArgumentOutOfRangeException(nameof(order), order, "DpmSolverAdaptive: an order of 2 or 3 was expected.");
        Relative = Guard.Above(relative, 0, "DpmSolverAdaptive: the relative tolerance");
        Absolute = Guard.Above(absolute, 0, "DpmSolverAdaptive: the absolute tolerance");
        FirstStep = Guard.Above(firstStep, 0, "DpmSolverAdaptive: the first step");
        Form = Guard.Known(form, "DpmSolverAdaptive: unknown form");
    }

    /// <summary>ε_r, the relative tolerance of a step.</summary>
    public double Relative { get; }

    /// <summary>ε_a, the absolute tolerance of a step in units of x.</summary>
    public double Absolute { get; }

    /// <summary>The first step tried, in ln(α/σ).</summary>
    public double FirstStep { get; }

    /// <summary>Which estimate is a polynomial along a step.</summary>
    public DpmSolverForm Form { get; }

    /// <summary>Over what the error is taken.</summary>
    internal DpmStepControl Control { get; init => field = Guard.Known(value, "DpmSolverAdaptive: unknown control"); }

    /// <inheritdoc/>
    public override int? Order => null;

    /// <inheritdoc/>
    public override int? CallsPerStep => null;

    /// <inheritdoc/>
    public override bool IsDeterministic => true;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var group = Control == DpmStepControl.WholeBatch ? x.Samples : 1;
        var samples = new Path[x.Samples / Math.Max(group, 1)];
        for (var k = 0; k < samples.Length; k++) samples[k] = new Path(x.Slice(k * group, group), FirstStep);
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            foreach (var path in samples) path.Begin(level);
            var d = Evaluate(denoiser, samples, _ => true, p => p.X, p => p.Level, (p, e) => p.Data = e);
            if (!level.IsPureNoise) Reach(denoiser, samples, Before(level, levelNext));
            if (levelNext.Sigma == 0 || level.IsPureNoise)
            {
                EvaluateUnknown(denoiser, samples, samples);
                foreach (var path in samples) path.X = ProbabilityFlow.Step(path.X, path.Data!, path.Level, levelNext);
            }

            yield return samples.Length == 0
                ? new SamplingStep(i, Grid.Count, levelNext.Time, x, x)
                : new SamplingStep(i, Grid.Count, levelNext.Time, Tensor.Concatenate([.. samples.Select(p => p.X)]), d);
        }
    }

    private void Reach(Denoiser denoiser, Path[] samples, NoiseLevel end)
    {
        var active = samples;
        while (true)
        {
            active = [.. active.Where(p => p.Level != end)];
            if (active.Length == 0) return;
            Advance(denoiser, samples, active, end);
        }
    }

    // Where error control ends: at the target, or before clean data at the least noise that the schedule knows of.
    private NoiseLevel Before(NoiseLevel level, NoiseLevel levelNext)
    {
        if (levelNext.Sigma > 0) return levelNext;
        var least = Schedule.At(Schedule.LeastNoiseTime);
        return least.LogSnr > level.LogSnr ? least : level;
    }

    // One attempt of every path that has not arrived.
    private void Advance(Denoiser denoiser, Path[] samples, Path[] active, NoiseLevel end)
    {
        EvaluateUnknown(denoiser, samples, active);
        var moving = active.ToHashSet();
        foreach (var path in active) path.Try(this, end);
        for (var j = 1; j < order; j++)
        {
            foreach (var path in active) path.Stage(this, j);
            Evaluate(denoiser, samples, moving.Contains, p => p.StageX!, p => p.StageLevel, (p, e) => p.Remember(this, e));
        }

        foreach (var path in active) path.Judge(this);
    }

    private static void EvaluateUnknown(Denoiser denoiser, Path[] samples, Path[] wanted)
    {
        if (wanted.Any(p => p.Data is null)) Evaluate(denoiser, samples, p => p.Data is null, p => p.X, p => p.Level, (p, e) => p.Data = e);
    }

    // The denoiser is asked for all samples, as it may know each by its place in the batch: its class, or a measurement. Those that wait are
    // asked where they stand, and nobody takes the answer.
    private static Tensor Evaluate(
        Denoiser denoiser, Path[] samples, Func<Path, bool> asks, Func<Path, Tensor> x, Func<Path, NoiseLevel> level, Action<Path, Tensor> take)
    {
        if (samples.Length == 0) return Tensor.Zeros([0]);
        var asking = samples.Select(asks).ToArray();
        var d = denoiser.Denoise(
            Tensor.Concatenate([.. samples.Select((p, k) => asking[k] ? x(p) : p.X)]),
            [.. samples.SelectMany((p, k) => Enumerable.Repeat(asking[k] ? level(p) : p.Level, p.X.Samples))]);
        var at = 0;
        for (var k = 0; k < samples.Length; k++)
        {
            if (asking[k]) take(samples[k], d.Slice(at, samples[k].X.Samples));
            at += samples[k].X.Samples;
        }

        return d;
    }

    // The state of one sample, or of the whole batch where it shares a step size.
    private sealed class Path(Tensor x, double firstStep)
    {
        private Tensor previous = x;
        private double step = firstStep;
        private NoiseLevel aim;
        private bool reaches;

        public Tensor X { get; set; } = x;

        public NoiseLevel Level { get; private set; }

        public Tensor? Data { get; set; }

        private List<Tensor> Estimates { get; } = [];

        public Tensor? StageX { get; private set; }

        public NoiseLevel StageLevel { get; private set; }

        public void Begin(NoiseLevel level) => Level = level;

        public void Try(DpmSolverAdaptive solver, NoiseLevel end)
        {
            reaches = step >= ExponentialStep.LengthBetween(Level, end);
            aim = reaches ? end : solver.Schedule.AtLogSnr(Level.LogSnr + (2 * step));
            if (!(aim.LogSnr > Level.LogSnr))
            {
                throw new InvalidOperationException(
                    FormattableString.Invariant($"DpmSolverAdaptive: the step at time {Level.Time} has become too small to go on; raise the tolerances."));
            }

            Estimates.Clear();
            Estimates.Add(ExponentialStep.Estimate(solver.Form, X, Data!, Level));
        }

        public void Stage(DpmSolverAdaptive solver, int j)
        {
            StageLevel = solver.Schedule.AtLogSnr(Level.LogSnr + (2 * ExponentialStep.LengthBetween(Level, aim) * j / solver.order));
            StageX = Linear(solver, StageLevel, j == 1 ? 0 : 1, exact: true);
        }

        public void Remember(DpmSolverAdaptive solver, Tensor data) => Estimates.Add(ExponentialStep.Estimate(solver.Form, StageX!, data, StageLevel));

        public void Judge(DpmSolverAdaptive solver)
        {
            var low = Linear(solver, aim, solver.order - 2, exact: false);
            var high = Linear(solver, aim, solver.order - 1, exact: solver.order == 3);
            var sum = 0.0;
            for (var i = 0; i < low.Shape.Count; i++)
            {
                var scale = Math.Max(solver.Absolute, solver.Relative * Math.Max(Math.Abs(low.Values[i]), Math.Abs(previous.Values[i])));
                var e = (low.Values[i] - high.Values[i]) / scale;
                sum += e * e;
            }

            var error = Math.Sqrt(sum / low.Shape.Count);
            if (!double.IsFinite(error))
                throw new InvalidOperationException(FormattableString.Invariant($"DpmSolverAdaptive: the estimates at time {Level.Time} are not finite."));

            // The 1e-8 bounds the growth where the error vanishes.
            var factor = 1 + Math.Atan(Math.Pow(1 / (error + 1e-8), 1.0 / solver.order) - 1);
            step *= factor;
            if (factor < AcceptFrom) return;
            (previous, X, Level, Data) = (low, high, aim, null);
        }

        // The state at an aim from the line through the first estimate and one more, or from the first alone.
        private Tensor Linear(DpmSolverAdaptive solver, NoiseLevel target, int other, bool exact)
        {
            var whole = new ExponentialStep(solver.Form, Level, target);
            var x = (whole.OfState * X) + (whole.OfPower(0) * Estimates[0]);
            if (other == 0) return x;
            var way = ExponentialStep.LengthBetween(Level, aim) * other / solver.order / whole.Length;
            return x + (whole.OfSlope(exact ? DpmSolverVariant.Heun : DpmSolverVariant.Midpoint) * ((Estimates[other] - Estimates[0]) / way));
        }
    }
}
