using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>DPM-Solver and DPM-Solver++ on stages: a step asks at levels of its own and needs no step before it.</summary>
/// <remarks>
/// With u = ln(α/σ), h the length of a step, and stages at r_1 h and r_2 h:
/// <code>
/// order 1   E(τ) = E_0                                                    DDIM
/// order 2   E(τ) = E_0 + (E_1 − E_0)/r_1 · τ/h                            r_1 = 1/2
/// order 3   E(τ) = E_0 + (E_2 − E_0)/r_2 · τ/h, or with the curvature     r_1 = 1/3, r_2 = 2/3
/// x′ = the exact solution of the step with E(τ)
/// </code>
/// Lu et al. 2022, arXiv:2206.00927, algorithms 1 and 2 (noise form); arXiv:2211.01095, algorithm 1 (data form). Mixed orders are
/// DPM-Solver-fast (<see cref="DpmSolverOrders"/>). η above 0 adds noise (<see cref="DpmSolverNoise"/>): after the step it is DPM++ 2S
/// ancestral, along the path DPM++ SDE. A step to clean data or from pure noise is <see cref="ProbabilityFlow.Step"/>.
/// </remarks>
public sealed class DpmSolverSingleStep : Sampler
{
    private readonly int order;
    private readonly int[] orders;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="order">The most stages of a step: 1, 2 or 3.</param>
    /// <param name="form">Which estimate is a polynomial along a step.</param>
    /// <param name="variant">How the slope is weighed.</param>
    /// <param name="eta">η in [0, 1], the share of fresh noise as in DDIM: 1 is the reverse SDE.</param>
    /// <param name="noise">Where it enters.</param>
    /// <param name="stages">Where the denoiser is asked.</param>
    /// <param name="orders">The order of each step, if they differ; their number is the grid's with inner stages, their sum with those on the grid.</param>
    /// <exception cref="ArgumentException">An option is out of range, the orders do not fit the grid, or it leaves the schedule or is no chain.</exception>
    public DpmSolverSingleStep(
        Schedule schedule,
        TimeGrid grid,
        int order = 2,
        DpmSolverForm form = DpmSolverForm.Data,
        DpmSolverVariant variant = DpmSolverVariant.Midpoint,
        double eta = 0,
        DpmSolverNoise noise = DpmSolverNoise.AfterStep,
        DpmSolverStages stages = DpmSolverStages.Inside,
        IReadOnlyList<int>? orders = null)
        : base(schedule, Chain(grid, nameof(DpmSolverSingleStep)))
    {
        this.order = DpmSolverOrders.Checked(order, nameof(DpmSolverSingleStep));
        Form = Guard.Known(form, "DpmSolverSingleStep: unknown form");
        Variant = Guard.Known(variant, "DpmSolverSingleStep: unknown variant");
        Eta = Guard.InRange(eta, 0, 1, "DpmSolverSingleStep: eta");
        Noise = Guard.Known(noise, "DpmSolverSingleStep: unknown noise");
        Stages = Guard.Known(stages, "DpmSolverSingleStep: unknown stages");
        this.orders = orders is null ? Uniform() : Fitting(orders);
        if (noise == DpmSolverNoise.AlongPath && order == 3)
            throw new ArgumentException(
                "DpmSolverSingleStep: noise along the path is defined for orders 1 and 2; take order 2, or noise after the step.", nameof(order));
    }

    /// <summary>Which estimate is a polynomial along a step.</summary>
    public DpmSolverForm Form { get; }

    /// <summary>How the slope is weighed.</summary>
    public DpmSolverVariant Variant { get; }

    /// <summary>η, the share of fresh noise.</summary>
    public double Eta { get; }

    /// <summary>Where fresh noise enters.</summary>
    public DpmSolverNoise Noise { get; }

    /// <summary>Where the denoiser is asked.</summary>
    public DpmSolverStages Stages { get; }

    /// <inheritdoc/>
    /// <remarks>A few steps of a lower order cost no more than one; stages at uneven times cost <see cref="DpmSolverVariant.Midpoint"/> the third.</remarks>
    public override int? Order
    {
        get
        {
            if (Eta > 0 && Noise == DpmSolverNoise.AlongPath) return order;
            var uneven = Stages == DpmSolverStages.OnGrid && Variant == DpmSolverVariant.Midpoint ? 2 : 3;
            return Math.Min(Math.Min(order, orders.Min() + 1), uneven);
        }
    }

    /// <inheritdoc/>
    public override int? CallsPerStep => Stages == DpmSolverStages.OnGrid ? 1 : order;

    /// <inheritdoc/>
    public override bool IsDeterministic => Eta == 0;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var i = 0;
        foreach (var k in orders)
        {
            var start = Schedule.At(Grid.Times[i]);
            if (Stages == DpmSolverStages.OnGrid)
            {
                var aims = new NoiseLevel[k];
                for (var j = 0; j < k; j++) aims[j] = Schedule.At(Grid.Targets[i + j]);
                foreach (var (state, d) in Step(denoiser, x, start, aims, noise, i))
                {
                    x = state;
                    yield return new SamplingStep(i, Grid.Count, Grid.Targets[i], x, d);
                    i++;
                }
            }
            else
            {
                var end = Schedule.At(Grid.Targets[i]);
                var (state, d) = (x, x);
                var first = true;
                foreach (var (stage, estimate) in Step(denoiser, x, start, Aims(start, end, k), noise, Noise == DpmSolverNoise.AlongPath ? order * i : i))
                {
                    state = stage;
                    if (first) d = estimate;
                    first = false;
                }

                x = state;
                yield return new SamplingStep(i, Grid.Count, end.Time, x, d);
                i++;
            }
        }
    }

    // The states of one step: at its stages, and last at its end. Its estimates stand at the start and at the stages.
    private IEnumerable<(Tensor X, Tensor Denoised)> Step(Denoiser denoiser, Tensor x, NoiseLevel start, NoiseLevel[] aims, NoiseSource noise, int draw)
    {
        var d = denoiser.Denoise(x, start);
        if (ProbabilityFlow.IsSingular(start, aims[^1]))
        {
            yield return (ProbabilityFlow.Step(x, d, start, aims[^1]), d);
            yield break;
        }

        var estimates = new List<(double Way, Tensor Estimate)> { (0, ExponentialStep.Estimate(Form, x, d, start)) };
        Tensor? stageNoise = null;
        for (var j = 0; j < aims.Length; j++)
        {
            var last = j == aims.Length - 1;
            var strength = Eta == 0 || (Noise == DpmSolverNoise.AfterStep && !last) ? 0 : Strength(start, aims[j]);
            var state = Advance(x, start, aims[j], estimates, strength, isStage: !last);
            if (strength > 0)
            {
                var fresh = noise.Draw(x.Shape, Noise == DpmSolverNoise.AlongPath ? draw + j : draw);
                state += NoiseSigma(start, aims[j], strength) * (stageNoise is null ? fresh : Continued(stageNoise, fresh, start, aims[j - 1], aims[j]));
                stageNoise = fresh;
            }

            yield return (state, d);
            if (last) yield break;
            d = denoiser.Denoise(state, aims[j]);
            estimates.Add((ExponentialStep.LengthBetween(start, aims[j]), ExponentialStep.Estimate(Form, state, d, aims[j])));
        }
    }

    // The mean of the state at an aim, from the polynomial through the estimates so far.
    private Tensor Advance(Tensor x, NoiseLevel start, NoiseLevel aim, List<(double Way, Tensor Estimate)> estimates, double strength, bool isStage)
    {
        if (strength > 0 && Noise == DpmSolverNoise.AfterStep)
        {
            aim = Below(start, aim, strength);
            strength = 0;
        }

        var step = new ExponentialStep(Form, start, aim, strength);
        var e0 = estimates[0].Estimate;
        var mean = (step.OfState * x) + (step.OfPower(0) * e0);
        if (estimates.Count == 1) return mean;
        var (r1, slope1) = (estimates[1].Way / step.Length, (estimates[1].Estimate - e0) / (estimates[1].Way / step.Length));

        // A stage inside an interval is always integrated exactly: the published order 3, whatever the variant of its end.
        if (estimates.Count == 2) return mean + (step.OfSlope(isStage && Stages == DpmSolverStages.Inside ? DpmSolverVariant.Heun : Variant) * slope1);
        var (r2, slope2) = (estimates[2].Way / step.Length, (estimates[2].Estimate - e0) / (estimates[2].Way / step.Length));
        if (Variant == DpmSolverVariant.Midpoint) return mean + (step.OfPower(1) * slope2);
        var curvature = (slope2 - slope1) / (r2 - r1);
        return mean + (step.OfPower(1) * (slope1 - (r1 * curvature))) + (step.OfPower(2) * curvature);
    }

    private double NoiseSigma(NoiseLevel start, NoiseLevel aim, double strength) =>
        Noise == DpmSolverNoise.AlongPath
            ? new ExponentialStep(Form, start, aim, strength).NoiseSigma
            : aim.Sigma * Math.Sqrt(-ExponentialWeights.ExpMinusOne(-2 * strength * ExponentialStep.LengthBetween(start, aim)));

    // The strength of the reverse SDE whose noise over this step is η² β̃, DDIM's; exactly 1 at η = 1.
    private double Strength(NoiseLevel start, NoiseLevel aim)
    {
        if (Eta == 1) return 1;
        var h = ExponentialStep.LengthBetween(start, aim);
        return Math.Log(1 + (Eta * Eta * ExponentialWeights.ExpMinusOne(-2 * h))) / (-2 * h);
    }

    // The level, in the scale of the aim, that fresh noise lifts to the aim.
    private static NoiseLevel Below(NoiseLevel start, NoiseLevel aim, double strength) =>
        aim with { Sigma = aim.Sigma * Math.Exp(-strength * ExponentialStep.LengthBetween(start, aim)) };

    // The noise of the whole step goes on from that of its stage: its correlation with it is that of the path.
    private static Tensor Continued(Tensor stageNoise, Tensor fresh, NoiseLevel start, NoiseLevel stage, NoiseLevel end)
    {
        static double Gathered(NoiseLevel from, NoiseLevel to) => ExponentialWeights.ExpMinusOne(-2 * ExponentialStep.LengthBetween(from, to));
        var rho = Math.Exp(-ExponentialStep.LengthBetween(stage, end)) * Math.Sqrt(Gathered(start, stage) / Gathered(start, end));
        return (rho * stageNoise) + (Math.Sqrt(1 - (rho * rho)) * fresh);
    }

    // Where a step's inner stages lie, and its end.
    private NoiseLevel[] Aims(NoiseLevel start, NoiseLevel end, int k)
    {
        if (k == 1 || ProbabilityFlow.IsSingular(start, end)) return [end];
        var reach = Eta > 0 && Noise == DpmSolverNoise.AfterStep ? Below(start, end, Strength(start, end)) : end;
        var h = ExponentialStep.LengthBetween(start, reach);
        return [.. Enumerable.Range(1, k - 1).Select(j => Schedule.AtLogSnr(start.LogSnr + (2 * h * j / k))), end];
    }

    private int[] Uniform()
    {
        if (Stages == DpmSolverStages.Inside) return [.. Enumerable.Repeat(order, Grid.Count)];

        // Steps at pure noise and to clean data span one interval.
        var first = Schedule.At(Grid.Start).IsPureNoise;
        var last = Schedule.At(Grid.End).Sigma == 0 && (Grid.Count > 1 || !first);
        var between = Grid.Count - (first ? 1 : 0) - (last ? 1 : 0);
        return [.. first ? [1] : Array.Empty<int>(), .. DpmSolverOrders.Grouped(order, between), .. last ? [1] : Array.Empty<int>()];
    }

    private int[] Fitting(IReadOnlyList<int> given)
    {
        var total = Stages == DpmSolverStages.Inside ? given.Count : given.Sum();
        if (total != Grid.Count || given.Any(k => k < 1 || k > order))
        {
            var found = string.Join(", ", given);
            throw new ArgumentException(
                $"DpmSolverSingleStep: orders from 1 to {order} for {Grid.Count} intervals were expected, {found} were given.", nameof(given));
        }

        if (Stages == DpmSolverStages.OnGrid && ((given[0] > 1 && Schedule.At(Grid.Start).IsPureNoise) || (given[^1] > 1 && Schedule.At(Grid.End).Sigma == 0)))
            throw new ArgumentException(
                "DpmSolverSingleStep: a step on the grid's times that starts at pure noise or ends at clean data must have order 1.", nameof(given));
        return [.. given];
    }
}
