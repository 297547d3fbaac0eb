using DiffusionSharp.Distances;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench.Samplers;

/// <summary>What a sampler made of a number of calls.</summary>
/// <param name="Calls">Calls a sample.</param>
/// <param name="Distance">Sliced Wasserstein distance to the data.</param>
/// <param name="SameLaw">The distance that samples of the data's own law would have.</param>
/// <param name="FlowError">Root mean square distance from where the probability flow goes; null where the sampler does not follow it.</param>
internal sealed record ComparisonPoint(double Calls, double Distance, double SameLaw, double? FlowError);

/// <summary>One sampler at every budget; null where no run fits.</summary>
internal sealed record ComparisonRow(SamplerEntry Entry, Sampler Sampler, IReadOnlyList<ComparisonPoint?> Points)
{
    private const int Projections = 64, Repeats = 2;

    // Adaptive solvers are given the largest tolerance with which a budget is kept.
    private static readonly double[] Tolerances = [0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5];

    /// <summary>Measures a sampler.</summary>
    public static ComparisonRow Measure(ComparisonProblem problem, SamplerEntry entry, Parallelism parallelism)
    {
        var probe = entry.Create(problem.Schedule, problem.Grid(2));
        IReadOnlyList<ComparisonPoint?> points = entry.Takes.HasFlag(SamplerOption.Tolerance)
            ? Adaptive(problem, entry, parallelism)
            : [.. problem.Budgets.Select(budget => Steps(problem, probe, budget) is { } steps ? Point(problem, entry.Create(problem.Schedule, problem.Grid(steps)), parallelism) : null)];
        return new ComparisonRow(entry, probe, points);
    }

    // The most steps whose calls keep the budget.
    private static int? Steps(ComparisonProblem problem, Sampler sampler, int budget)
    {
        var steps = (budget - sampler.StartCalls) / (sampler.CallsPerStep ?? 1);
        return steps >= 1 && steps <= problem.MostSteps ? steps : null;
    }

    private static ComparisonPoint?[] Adaptive(ComparisonProblem problem, SamplerEntry entry, Parallelism parallelism)
    {
        var best = new ComparisonPoint?[problem.Budgets.Count];
        foreach (var tolerance in Tolerances)
        {
            // Two intervals: the path, and the last step to clean data.
            var point = Point(problem, entry.Create(problem.Schedule, problem.Grid(2), new SamplerOptions(Tolerance: tolerance)), parallelism);
            for (var b = 0; b < best.Length; b++)
                if (point.Calls <= problem.Budgets[b]) best[b] = point;
            if (point.Calls > problem.Budgets[^1]) break;
        }

        return best;
    }

    private static ComparisonPoint Point(ComparisonProblem problem, Sampler sampler, Parallelism parallelism)
    {
        var (samples, calls) = problem.Run(sampler);
        var distance = SlicedWasserstein.Between(samples, problem.Data, new Rng(9), Projections, Repeats, parallelism);
        var difference = samples - problem.Flow;
        double? flowError = sampler.IsDeterministic ? Math.Sqrt((difference * difference).Mean()) : null;
        return new ComparisonPoint(calls, distance.Distance.Value, distance.SameLaw.Value, flowError);
    }
}
