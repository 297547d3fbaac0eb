using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Models;

/// <summary>Draws any number of samples in batches; sample k depends on the seed, k and its class alone.</summary>
/// <param name="Model">The network.</param>
/// <param name="Sampler">What steps from noise to data.</param>
/// <param name="Count">Samples, at least 1.</param>
/// <param name="Seed">Of the start and of the sampler's noise.</param>
/// <param name="LargestBatch">Samples at a time; memory grows with it.</param>
/// <param name="Labels">The class of each sample, as many as samples; null draws them without a class.</param>
/// <param name="Guidance">How far samples are guided towards their classes; null: not. It doubles the network's calls, not the memory.</param>
public sealed record SamplingJob(
    TrainedModel Model, Sampler Sampler, int Count, ulong Seed, int LargestBatch = 32, IReadOnlyList<int>? Labels = null, GuidanceOptions? Guidance = null)
{
    /// <summary>Samples at a time where nothing is said, 32 pictures or 1024 of anything else: memory grows with it, results do not depend on it.</summary>
    /// <param name="sample">The shape of one sample.</param>
    public static int UsualBatch(Shape sample) => sample.Rank == 3 ? 32 : 1024;

    /// <summary>Steps of all batches, for progress.</summary>
    public int TotalSteps => checked((int)BatchedSampling.TotalSteps(Sampler, Count, LargestBatch));

    /// <summary>Ends the drawing, between two passes of the network at the latest; none by default.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Draws the samples.</summary>
    /// <param name="executor">The machine.</param>
    /// <param name="watch">Called after every step with the first sample of the batch and the step; null where nobody watches.</param>
    /// <exception cref="OperationCanceledException"><see cref="Stop"/> ended it.</exception>
    /// <returns>The samples, [Count, …], and how often the network was asked, batches counted one by one.</returns>
    public (Tensor Samples, long NetworkCalls) Run(Executor executor, Action<int, SamplingStep>? watch = null)
    {
        if (Labels is not null && Labels.Count != Count)
            throw new ArgumentException($"SamplingJob: one class for each of the {Count} samples is expected, {Labels.Count} were given.");
        var batch = BatchedSampling.BatchSize(Count, LargestBatch);
        Stop.ThrowIfCancellationRequested();
        var network = Model.Network(batch, executor);
        network.Stop = Stop;
        var parts = new List<Tensor>();
        var steps = BatchedSampling.Steps(
            Sampler,
            Model.SampleShape,
            Count,
            LargestBatch,
            new Rng(Seed).Split("samples"),
            (first, size) => Model.Denoiser(network, Labels?.Skip(first).Take(size).ToArray(), Guidance));
        foreach (var (first, step) in steps)
        {
            watch?.Invoke(first, step);
            if (step.IsLast) parts.Add(step.X);
            Stop.ThrowIfCancellationRequested();
        }

        return (Tensor.Concatenate(parts), network.Calls);
    }
}
