using DiffusionSharp.Denoisers;
using DiffusionSharp.Integration;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The probability-flow ODE by adaptive Runge–Kutta steps of order 5, each sample with steps of its own.</summary>
/// <remarks>
/// <code>
/// u = ln(σ/α),  y = x/α       dy/du = y − D(α y; u)
/// </code>
/// Song et al. 2021, arXiv:2011.13456, section 4.3 and appendix D.2, in the coordinates where every schedule is the same and the slope stays
/// of the size of the data; <see cref="DormandPrince"/> integrates. The grid's times are output points, between which as many steps are
/// taken as the tolerance asks for: their number hardly matters. u is infinite at both singular ends, so the integration runs from
/// σ/α = <see cref="FirstRatio"/> to <see cref="FinalRatio"/> at most; what lies outside is one <see cref="ProbabilityFlow.Step"/>.
/// </remarks>
public sealed class DormandPrinceSampler : Sampler
{
    private readonly DormandPrince solver;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The output points, towards the data; a grid of one step will do.</param>
    /// <param name="relativeTolerance">Error of a step relative to |y|, above 0; 1e-5 is the paper's.</param>
    /// <param name="absoluteTolerance">Error of a step in units of the data, above 0; the relative tolerance by default.</param>
    /// <param name="finalRatio">σ/α from which the last step takes the denoiser's estimate, above 0: where noise no longer matters.</param>
    /// <param name="firstRatio">σ/α to which the first step goes from pure noise (α = 0), above the final ratio.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule, or its steps do not join.</exception>
    public DormandPrinceSampler(
        Schedule schedule,
        TimeGrid grid,
        double relativeTolerance = 1e-5,
        double? absoluteTolerance = null,
        double finalRatio = 0.01,
        double firstRatio = 1000)
        : base(schedule, Chain(grid, nameof(DormandPrinceSampler)))
    {
        FinalRatio = Guard.Above(finalRatio, 0, "DormandPrinceSampler: finalRatio");
        FirstRatio = Guard.Above(firstRatio, finalRatio, "DormandPrinceSampler: firstRatio");
        solver = new DormandPrince(relativeTolerance, absoluteTolerance ?? relativeTolerance);
    }

    /// <summary>Error of a step relative to |y|.</summary>
    public double RelativeTolerance => solver.RelativeTolerance;

    /// <summary>Error of a step in units of the data.</summary>
    public double AbsoluteTolerance => solver.AbsoluteTolerance;

    /// <summary>σ/α from which a step to clean data takes the denoiser's estimate.</summary>
    public double FinalRatio { get; }

    /// <summary>σ/α to which a step from pure noise goes at once.</summary>
    public double FirstRatio { get; }

    /// <inheritdoc/>
    public override int? Order => null;

    /// <inheritdoc/>
    public override int? CallsPerStep => null;

    /// <inheritdoc/>
    public override bool IsDeterministic => true;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var n = Grid.Count;
        NoiseLevel[] levels = [.. Grid.Times.ToArray().Append(Grid.End).Select(Schedule.At)];
        var (i, from, clean) = (0, levels[0], levels[n].Sigma == 0);
        Tensor d = x;
        Tensor? atStart = null;
        if (from.Alpha == 0)
        {
            // From pure noise: all of the first step, or as much of it as is all but pure noise.
            d = denoiser.Denoise(x, from);
            var to = levels[1].Ratio >= FirstRatio ? levels[1] : Schedule.AtRatio(FirstRatio);
            (x, from) = (ProbabilityFlow.Step(x, d, from, to), to);
            if (to == levels[1])
            {
                yield return new SamplingStep(i++, n, to.Time, x, d);
                if (i == n) yield break;
            }
            else
            {
                atStart = d;
            }
        }

        // To clean data: the estimate where the last step starts, or farther down where that is not yet all but clean.
        List<double> times = [Coordinate(from), .. levels[(i + 1)..n].Select(Coordinate)];
        if (!clean) times.Add(Coordinate(levels[n]));
        else if (times[^1] > Math.Log(FinalRatio)) times.Add(Math.Log(FinalRatio));
        foreach (var point in solver.Solve((y, u) => Slope(denoiser, y, u), (1 / from.Alpha) * x, times))
        {
            // D = y − dy/du, known at each point.
            d = point.Y - point.Slope;
            if (point.Time != times[0] && !(clean && i == n - 1))
            {
                yield return new SamplingStep(i, n, levels[i + 1].Time, levels[i + 1].Alpha * point.Y, atStart!);
                (i, atStart) = (i + 1, d);
            }

            atStart ??= d;
        }

        if (clean) yield return new SamplingStep(n - 1, n, levels[n].Time, levels[n].Alpha * d, atStart!);
    }

    private static double Coordinate(NoiseLevel level) => Math.Log(level.Sigma) - Math.Log(level.Alpha);

    private Tensor Slope(Denoiser denoiser, Tensor y, ReadOnlySpan<double> u)
    {
        var levels = new NoiseLevel[u.Length];

        // Rounding must not carry the start beyond the schedule's noisiest level.
        for (var k = 0; k < levels.Length; k++) levels[k] = Schedule.AtLogSnr(Math.Max(-2 * u[k], Schedule.LogSnr(Schedule.NoiseTime)));
        return y - denoiser.Denoise(y.ScaleSamples(Array.ConvertAll(levels, level => level.Alpha)), levels);
    }
}
