using System.Diagnostics;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>DPM-Solver and DPM-Solver++ with several steps: the last estimates are extrapolated in log SNR; one call a step.</summary>
/// <remarks>
/// Orders 1 (DDIM), 2 (DPM++ 2M) and 3 (DPM++ 3M), as an ODE or, with η above 0, as an SDE (DPM++ 2M SDE, 3M SDE):
/// <code>
/// E(τ) = E_0 + E_1 (τ/h) + E_2 (τ/h)²        through the last estimates, τ ∈ [0, h] in u = ln(α/σ)
/// x′   = the exact solution of the step with E(τ), see the reverse SDE of strength η
/// </code>
/// Lu et al. 2022, arXiv:2211.01095, algorithm 2 and appendix E; noise form, arXiv:2206.00927. A step from pure noise or to clean data is
/// <see cref="ProbabilityFlow.Step"/>. Order 3 begins with one step on two stages: with a first step of order 1, whose error is O(h²),
/// it would only be of order 2. As an SDE its weak order is 2 at most, since the extrapolated estimates carry the noise of their steps.
/// </remarks>
public sealed class DpmSolverMultistep : Sampler
{
    private const DpmSolverCompatibility KnownCompatibility =
        DpmSolverCompatibility.Published | DpmSolverCompatibility.FirstOrderEnd | DpmSolverCompatibility.LoweredEnd;

    private readonly int order;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="order">How many estimates a step uses: 1, 2 or 3.</param>
    /// <param name="form">Which estimate is extrapolated; the data's is the robust choice.</param>
    /// <param name="variant">How order 2 weighs the slope; order 3 reads it in its second step.</param>
    /// <param name="eta">η in [0, 1], the strength of the noise: 0 the probability flow, 1 the reverse SDE.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the grid leaves the schedule or is no chain.</exception>
    public DpmSolverMultistep(
        Schedule schedule,
        TimeGrid grid,
        int order = 2,
        DpmSolverForm form = DpmSolverForm.Data,
        DpmSolverVariant variant = DpmSolverVariant.Midpoint,
        double eta = 0)
        : base(schedule, Chain(grid, nameof(DpmSolverMultistep)))
    {
        this.order = DpmSolverOrders.Checked(order, nameof(DpmSolverMultistep));
        Form = Guard.Known(form, "DpmSolverMultistep: unknown form");
        Variant = Guard.Known(variant, "DpmSolverMultistep: unknown variant");
        Eta = Guard.InRange(eta, 0, 1, "DpmSolverMultistep: eta");
        StartCalls = StartsOnStages ? 1 : 0;
    }

    /// <summary>Which estimate is extrapolated.</summary>
    public DpmSolverForm Form { get; }

    /// <summary>How order 2 weighs the slope.</summary>
    public DpmSolverVariant Variant { get; }

    /// <summary>η, the strength of the noise.</summary>
    public double Eta { get; }

    /// <summary>What is done as in published code.</summary>
    internal DpmSolverCompatibility Compatibility
    {
        get;
        init
        {
            Debug.Assert((value & ~KnownCompatibility) == 0, "A flag of the enumeration.");
            field = value;
            StartCalls = StartsOnStages ? 1 : 0;
        }
    }

    // A stochastic order 3 is of weak order 2, which a first step of order 1 does not spoil.
    private bool StartsOnStages => order == 3 && Eta == 0 && !Compatibility.HasFlag(DpmSolverCompatibility.FirstOrderStart);

    /// <inheritdoc/>
    public override int? Order => Eta == 0 && Compatibility == DpmSolverCompatibility.None ? order : Math.Min(order, 2);

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => Eta == 0;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var history = new MultistepHistory(order, Form, Variant, Compatibility.HasFlag(DpmSolverCompatibility.HalvedCurvature));
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var d = denoiser.Denoise(x, level);

            // The weights of data estimates stay bounded up to α = 0; those of noise estimates grow with σ/α.
            if (level.Alpha == 0 || levelNext.Sigma == 0 || (level.IsPureNoise && Form == DpmSolverForm.Noise))
            {
                x = ProbabilityFlow.Step(x, d, level, levelNext);
            }
            else
            {
                history.Push(level, x, d);
                x = Step(history, denoiser, x, levelNext, OrderAt(i));
                var step = new ExponentialStep(Form, level, levelNext, Eta);
                if (Eta > 0) x += step.NoiseSigma * noise.Draw(x.Shape, i);
            }

            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, d);
        }
    }

    private Tensor Step(MultistepHistory history, Denoiser denoiser, Tensor x, NoiseLevel levelNext, int k) =>
        StartsOnStages && history.Count == 1 && k == 3
            ? history.StepOnTwoStages(Schedule, denoiser, x, levelNext)
            : history.Step(x, levelNext, Eta, k);

    private int OrderAt(int i)
    {
        var left = Grid.Count - 1 - i;
        if (left == 0 && (Compatibility & (DpmSolverCompatibility.FirstOrderEnd | DpmSolverCompatibility.LoweredEnd)) != 0) return 1;
        return left == 1 && Compatibility.HasFlag(DpmSolverCompatibility.LoweredEnd) ? Math.Min(order, 2) : order;
    }
}
