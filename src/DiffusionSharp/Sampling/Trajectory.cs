using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>Keeps a few evenly spaced moments of sampling, over all batches; the last step is always one.</summary>
internal sealed class Trajectory
{
    private readonly HashSet<int> kept = [];
    private readonly SortedDictionary<int, List<SamplingStep>> moments = [];

    /// <summary>Chooses the moments.</summary>
    /// <param name="steps">Steps of a trajectory.</param>
    /// <param name="wanted">How many to keep; 0 keeps none.</param>
    public Trajectory(int steps, int wanted)
    {
        var count = Math.Min(steps, wanted);
        for (var i = 0; i < count; i++) kept.Add(count == 1 ? steps - 1 : (int)Math.Round((double)i * (steps - 1) / (count - 1)));
    }

    /// <summary>The samples themselves at each moment, [N, …].</summary>
    public IReadOnlyList<Tensor> States => [.. moments.Values.Select(m => Tensor.Concatenate([.. m.Select(s => s.X)]))];

    /// <summary>The denoiser's estimate at each moment, [N, …].</summary>
    public IReadOnlyList<Tensor> Estimates => [.. moments.Values.Select(m => Tensor.Concatenate([.. m.Select(s => s.Denoised)]))];

    /// <summary>Which step each moment follows, from 1.</summary>
    public IReadOnlyList<int> StepNumbers => [.. moments.Keys.Select(i => i + 1)];

    /// <summary>Looks at a step; batches come one after another.</summary>
    public void Watch(SamplingStep step)
    {
        if (!kept.Contains(step.Index)) return;
        if (!moments.TryGetValue(step.Index, out var batches)) moments[step.Index] = batches = [];
        batches.Add(step);
    }
}
