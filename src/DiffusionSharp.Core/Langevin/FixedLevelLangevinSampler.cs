using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Langevin;

/// <summary>Langevin dynamics at the level of the grid's last time: what the unadjusted and the adjusted chain share.</summary>
public abstract class FixedLevelLangevinSampler : Sampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">Its last time is the level, its number of steps how long the chain is.</param>
    /// <param name="stepSize">η above 0.</param>
    /// <param name="langevinSteps">Langevin steps in a step of the grid, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    protected FixedLevelLangevinSampler(Schedule schedule, TimeGrid grid, double stepSize, int langevinSteps)
        : base(schedule, grid)
    {
        StepSize = Guard.Above(stepSize, 0, $"{GetType().Name}: stepSize", nameof(stepSize));
        if (langevinSteps < 1)
            throw new ArgumentOutOfRangeException(nameof(langevinSteps), langevinSteps, $"{GetType().Name}: at least one Langevin step is needed.");
        LangevinSteps = langevinSteps;
        StartCalls = 1;
    }

    /// <summary>η: a step is η (α² + σ²).</summary>
    public double StepSize { get; }

    /// <summary>Langevin steps in a step of the grid.</summary>
    public int LangevinSteps { get; }

    /// <inheritdoc/>
    public sealed override int? Order => null;

    /// <inheritdoc/>
    public sealed override int? CallsPerStep => LangevinSteps;

    /// <inheritdoc/>
    public sealed override bool IsDeterministic => false;

    /// <summary>α² + σ², the variance of x for data of unit variance: what step sizes are measured in.</summary>
    private protected static double Power(NoiseLevel level) => (level.Alpha * level.Alpha) + (level.Sigma * level.Sigma);

    /// <summary>The start of a chain at a level, from a state at a noisier one: brought to the spread of the level.</summary>
    private protected static Tensor Enter(Tensor x, NoiseLevel from, NoiseLevel level) => from == level ? x : Math.Sqrt(Power(level) / Power(from)) * x;
}
