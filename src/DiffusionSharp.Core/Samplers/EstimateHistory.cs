using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The latest estimates of a trajectory, newest first.</summary>
internal sealed class EstimateHistory(int capacity)
{
    private readonly List<Estimate> estimates = [];

    public int Count => estimates.Count;

    public Estimate this[int index] => estimates[index];

    /// <summary>Remembers an estimate and forgets the oldest if there are too many.</summary>
    public void Add(Estimate estimate)
    {
        estimates.Insert(0, estimate);
        if (estimates.Count > capacity) estimates.RemoveAt(capacity);
    }

    /// <summary>Where the newest estimates lie relative to a step, in a variable of their level.</summary>
    /// <param name="count">How many.</param>
    /// <param name="variable">The variable; strictly monotonic along the trajectory.</param>
    /// <param name="start">Its value at the start of the step, position 0.</param>
    /// <param name="end">Its value at the end, position 1.</param>
    public double[] Positions(int count, Func<Estimate, double> variable, double start, double end)
    {
        var positions = new double[count];
        for (var j = 0; j < count; j++) positions[j] = (variable(estimates[j]) - start) / (end - start);
        return positions;
    }

    /// <summary>Σ_j w_j F_j over the newest estimates, as many as there are weights.</summary>
    public Tensor Combine(ReadOnlySpan<double> weights, Func<Estimate, Tensor> value)
    {
        var sum = weights[0] * value(estimates[0]);
        for (var j = 1; j < weights.Length; j++) sum += weights[j] * value(estimates[j]);
        return sum;
    }
}
