using DiffusionSharp.Graphs.Execution;

namespace DiffusionSharp.Networks.Inspection;

/// <summary>Times every step of a program over several runs; of each step the median counts, so that a disturbed run does not.</summary>
public sealed class ProgramProfile : IStepObserver
{
    private readonly TimeProvider clock;
    private readonly long[][] ticks;
    private int run = -1;
    private long last;

    /// <summary>Makes room for the times.</summary>
    /// <param name="steps">Steps of the plan.</param>
    /// <param name="runs">Runs to come, at least 1.</param>
    /// <param name="clock">What time is read from.</param>
    public ProgramProfile(int steps, int runs, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        this.clock = clock;
        ticks = new long[steps][];
        for (var i = 0; i < steps; i++) ticks[i] = new long[runs];
    }

    /// <inheritdoc/>
    public void Begin()
    {
        run++;
        last = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Done(int step)
    {
        var now = clock.GetTimestamp();
        ticks[step][run] = now - last;
        last = now;
    }

    /// <summary>Seconds of a step: the median over the runs.</summary>
    /// <param name="step">Its index in the plan.</param>
    public double Seconds(int step)
    {
        var sorted = ticks[step][..(run + 1)];
        Array.Sort(sorted);
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0 / clock.TimestampFrequency;
    }
}

/// <summary>What steps of one group took together.</summary>
/// <param name="Name">The operation, the layer or the step.</param>
/// <param name="Phase">Where in the program.</param>
/// <param name="Steps">How many they are.</param>
/// <param name="Seconds">Of all of them.</param>
/// <param name="Flops">Floating-point operations, two for a multiply-add, by the plain algorithm whatever the kernel does.</param>
/// <param name="Bytes">Read and written, each operand once.</param>
public sealed record ProfileRow(string Name, Graphs.Planning.Phase Phase, int Steps, double Seconds, double Flops, double Bytes);

/// <summary>How a profile is grouped.</summary>
public enum ProfileGrouping
{
    /// <summary>By operation.</summary>
    Kind,

    /// <summary>By layer.</summary>
    Layer,

    /// <summary>Each step alone.</summary>
    Step,
}

/// <summary>Joins a plan and the times of its steps.</summary>
public static class ProfileRows
{
    /// <summary>Rows of each phase in turn, the longest first; single steps in their order.</summary>
    /// <param name="summary">The plan that was timed.</param>
    /// <param name="profile">The times of its steps.</param>
    /// <param name="grouping">What makes a row.</param>
    public static IReadOnlyList<ProfileRow> Of(PlanSummary summary, ProgramProfile profile, ProfileGrouping grouping)
    {
        // What is done once for many runs is no part of a run.
        var rows = summary.Steps
            .Where(s => s.Step.Phase != Graphs.Planning.Phase.Once)
            .GroupBy(s => (s.Step.Phase, Name: Name(s, grouping)))
            .Select(g => new ProfileRow(
                g.Key.Name,
                g.Key.Phase,
                g.Count(),
                g.Sum(s => profile.Seconds(s.Index)),
                g.Sum(s => (double)s.Cost.Flops),
                g.Sum(s => (double)s.Read + s.Written)));
        return grouping == ProfileGrouping.Step ? [.. rows] : [.. rows.OrderBy(r => r.Phase).ThenByDescending(r => r.Seconds)];
    }

    // The name of the way of computing tells two kernels of one operation apart.
    private static string Name(StepSummary s, ProfileGrouping grouping) => grouping switch
    {
        ProfileGrouping.Kind => $"{s.Step.Operation.Name}{(s.Step.Fusion is Graphs.Planning.ChainFusion { Code.Count: > 1 } ? " chain" : "")} ({s.Method})",
        ProfileGrouping.Layer => s.Step.Scope.Length == 0 ? "(network)" : s.Step.Scope,
        _ => FormattableString.Invariant($"{s.Index} {s.Step.Scope}{(s.Step.Scope.Length == 0 ? "" : " ")}{s.Step.Operation.Name} {s.Step.Output.Shape}"),
    };
}
