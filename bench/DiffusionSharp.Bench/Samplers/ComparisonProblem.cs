using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench.Samplers;

/// <summary>What samplers are compared on: a denoiser, a schedule, and what their samples should be.</summary>
internal abstract class ComparisonProblem
{
    /// <summary>Words for a heading.</summary>
    public abstract string Title { get; }

    /// <summary>The calls a sample may cost, one column each.</summary>
    public abstract IReadOnlyList<int> Budgets { get; }

    /// <summary>α and σ.</summary>
    public abstract Schedule Schedule { get; }

    /// <summary>The shape of all samples of one measurement.</summary>
    public abstract Shape Shape { get; }

    /// <summary>What the samples are held against, as many as it takes.</summary>
    public abstract Tensor Data { get; }

    /// <summary>Where the probability flow takes the start that every sampler begins with.</summary>
    public abstract Tensor Flow { get; }

    /// <summary>A grid of steps.</summary>
    public abstract TimeGrid Grid(int steps);

    /// <summary>The most steps a grid can have.</summary>
    public abstract int MostSteps { get; }

    /// <summary>Whether a sampler can run on this denoiser; null if so, else the reason.</summary>
    public abstract string? Refusal(SamplerEntry entry);

    /// <summary>Samples, and what each cost in calls of the denoiser.</summary>
    public abstract (Tensor Samples, double Calls) Run(Sampler sampler);
}
