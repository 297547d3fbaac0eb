namespace DiffusionSharp.Samplers;

/// <summary>How many stages each step of a single-step DPM-Solver has.</summary>
public static class DpmSolverOrders
{
    /// <summary>3, …, 3, 2, 1: the orders of DPM-Solver-fast for a number of calls that 3 divides.</summary>
    /// <param name="steps">The number of steps, above 0.</param>
    /// <remarks>Lu et al. 2022, arXiv:2206.00927, appendix D.4: the last steps are lowered so that 3 (steps − 1) calls are made.</remarks>
    public static IReadOnlyList<int> Fast(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return [.. Enumerable.Range(0, steps).Select(i => Math.Min(steps - i, 3))];
    }

    /// <summary>The orders of DPM-Solver-fast for any number of calls: 3 as often as it fits, then what is left.</summary>
    /// <param name="calls">The number of calls of the denoiser, above 0.</param>
    /// <returns>Orders whose sum is the number of calls, ⌊calls/3⌋ + 1 of them.</returns>
    /// <inheritdoc cref="Fast(int)"/>
    public static IReadOnlyList<int> FastForCalls(int calls)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(calls);
        var steps = (calls / 3) + 1;
        return calls % 3 == 0 ? Fast(steps) : [.. Enumerable.Repeat(3, steps - 1), calls % 3];
    }

    /// <summary>Intervals of a grid in groups of an order; a rest is spread over groups of 2 rather than left to one of 1.</summary>
    /// <param name="order">1, 2 or 3.</param>
    /// <param name="intervals">The number of intervals; 0 gives none.</param>
    /// <returns>Orders whose sum is the number of intervals.</returns>
    public static IReadOnlyList<int> Grouped(int order, int intervals)
    {
        Checked(order, nameof(Grouped));
        ArgumentOutOfRangeException.ThrowIfNegative(intervals);
        var whole = intervals / order;
        return (intervals % order, order) switch
        {
            (0, _) => [.. Enumerable.Repeat(order, whole)],
            (1, 3) when whole > 0 => [.. Enumerable.Repeat(3, whole - 1), 2, 2],
            (var rest, _) => [.. Enumerable.Repeat(order, whole), rest],
        };
    }

    /// <summary>Intervals of a grid in groups of an order, the last of order 1, as a step to clean data must be.</summary>
    /// <remarks>
    /// Where nothing would be left for it, the last group gives up one of its intervals; where two would be left of groups of 3, both are of order 1
    /// (other tools make them one of order 2, which has no finite step to clean data).
    /// </remarks>
    /// <inheritdoc cref="Grouped(int, int)"/>
    internal static IReadOnlyList<int> LoweredEnd(int order, int intervals)
    {
        Checked(order, nameof(LoweredEnd));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervals);
        var (whole, rest) = (intervals / order, intervals % order);
        if (order == 1) return [.. Enumerable.Repeat(1, intervals)];
        if (rest == 0) return [.. Enumerable.Repeat(order, whole - 1), order - 1, 1];
        return [.. Enumerable.Repeat(order, whole), .. Enumerable.Repeat(1, rest)];
    }

    internal static int Checked(int order, string sampler) =>
        order is >= 1 and <= 3 ? order : throw new ArgumentOutOfRangeException(nameof(order), order, $"{sampler}: an order of 1, 2 or 3 was expected.");
}
