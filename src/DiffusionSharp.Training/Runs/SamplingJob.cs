using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>Draws any number of samples in batches; sample k depends on the seed, k and its class alone.</summary>
/// <param name="Model">The network.</param>
/// <param name="Sampler">How.</param>
/// <param name="Count">Samples, at least 1.</param>
/// <param name="Seed">Of the start and of the sampler's noise.</param>
/// <param name="LargestBatch">Samples at a time; memory grows with it.</param>
/// <param name="Labels">The class of each sample, as many as samples; null draws them without a class.</param>
/// <param name="Guidance">How far samples are guided towards their classes; null: not. It doubles the network's calls, not the memory.</param>
public sealed record SamplingJob(TrainedModel Model, Sampler Sampler, int Count, ulong Seed, int LargestBatch = 32, IReadOnlyList<int>? Labels = null, GuidanceOptions? Guidance = null)
{
    /// <summary>Steps of all batches, for progress.</summary>
    public int TotalSteps => Batches * Sampler.Grid.Count;

    /// <summary>Ends the drawing, between two passes of the network at the latest; none by default.</summary>
    public CancellationToken Stop { get; init; }

    private int Batches => (Count + LargestBatch - 1) / LargestBatch;

    /// <summary>Draws the samples.</summary>
    /// <param name="parallelism">The threads.</param>
    /// <param name="watch">Called after every step with the first sample of the batch and the step; null where nobody watches.</param>
    /// <exception cref="OperationCanceledException"><see cref="Stop"/> ended it.</exception>
    /// <returns>The samples, [Count, …], and how often the network was asked, batches counted one by one.</returns>
    public (Tensor Samples, long NetworkCalls) Run(Parallelism parallelism, Action<int, SamplingStep>? watch = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1, "count");
        ArgumentOutOfRangeException.ThrowIfLessThan(LargestBatch, 1, "batch");
        if (Labels is not null && Labels.Count != Count) throw new ArgumentException($"SamplingJob: one class for each of the {Count} samples is expected, {Labels.Count} were given.");
        // Batches of nearly equal size leave few rows of the compiled batch idle.
        var batch = (Count + Batches - 1) / Batches;
        Stop.ThrowIfCancellationRequested();
        var network = Model.Network(batch, parallelism);
        network.Stop = Stop;
        var parts = new List<Tensor>();
        for (var first = 0; first < Count; first += batch)
        {
            SamplingStep? last = null;
            var size = Math.Min(batch, Count - first);
            var shape = Model.SampleShape.Prepend(size);
            var denoiser = Model.Denoiser(network, Labels?.Skip(first).Take(size).ToArray(), Guidance);
            foreach (var step in Sampler.Steps(denoiser, shape, new SeededNoise(new Rng(Seed).Split("samples"), first)))
            {
                watch?.Invoke(first, step);
                last = step;
                Stop.ThrowIfCancellationRequested();
            }

            parts.Add(last!.X);
        }

        return (Tensor.Concatenate(parts), network.Calls);
    }
}
