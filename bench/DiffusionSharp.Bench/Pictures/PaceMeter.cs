namespace DiffusionSharp.Bench.Pictures;

/// <summary>Samples a second from the times of steps: the median over windows, what came before them left out.</summary>
/// <param name="batch">Samples a step.</param>
/// <param name="warmupSteps">Steps that are not counted.</param>
/// <param name="windowSeconds">How long a window lasts at least; it ends with a step.</param>
internal sealed class PaceMeter(int batch, int warmupSteps, double windowSeconds)
{
    private readonly List<double> rates = [];
    private int steps, windowSteps;
    private double windowBegun;

    /// <summary>Whole windows so far.</summary>
    public int Windows => rates.Count;

    /// <summary>The median rate, in samples a second.</summary>
    /// <exception cref="InvalidOperationException">No window is whole yet.</exception>
    public double Rate => rates.Count > 0 ? Median(rates) : throw new InvalidOperationException("PaceMeter: no window is whole yet; measure longer.");

    /// <summary>The smallest and largest rate of a window.</summary>
    public (double Least, double Most) Range => (rates.Min(), rates.Max());

    /// <summary>Takes note of a step that is done.</summary>
    /// <param name="seconds">Time since any fixed moment.</param>
    public void Step(double seconds)
    {
        steps++;
        if (steps <= warmupSteps)
        {
            windowBegun = seconds;
            return;
        }

        windowSteps++;
        if (seconds - windowBegun < windowSeconds) return;
        rates.Add(windowSteps * batch / (seconds - windowBegun));
        (windowSteps, windowBegun) = (0, seconds);
    }

    /// <summary>The steps that a pace does in a time: rounded, at least 1.</summary>
    /// <param name="rate">Samples a second.</param>
    /// <param name="minutes">Wall time.</param>
    /// <param name="batch">Samples a step.</param>
    public static int StepsFor(double rate, double minutes, int batch) => (int)Math.Max(1, Math.Round(rate * minutes * 60 / batch));

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
