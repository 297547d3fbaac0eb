using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>Draws any number of samples in batches; sample k depends on the seed and k alone.</summary>
/// <param name="Model">The network.</param>
/// <param name="Sampler">How.</param>
/// <param name="Count">Samples, at least 1.</param>
/// <param name="Seed">Of the start and of the sampler's noise.</param>
/// <param name="LargestBatch">Samples at a time; memory grows with it.</param>
public sealed record SamplingJob(TrainedModel Model, Sampler Sampler, int Count, ulong Seed, int LargestBatch = 32)
{
    /// <summary>Steps of all batches, for progress.</summary>
    public int TotalSteps => Batches * Sampler.Grid.Count;

    private int Batches => (Count + LargestBatch - 1) / LargestBatch;

    /// <summary>Draws the samples.</summary>
    /// <param name="parallelism">The threads.</param>
    /// <param name="watch">Called after every step with the first sample of the batch and the step; null where nobody watches.</param>
    /// <returns>The samples, [Count, …], and how often the network was asked, batches counted one by one.</returns>
    public (Tensor Samples, long NetworkCalls) Run(Parallelism parallelism, Action<int, SamplingStep>? watch = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1, "count");
        ArgumentOutOfRangeException.ThrowIfLessThan(LargestBatch, 1, "batch");
        // Batches of nearly equal size leave few rows of the compiled batch idle.
        var batch = (Count + Batches - 1) / Batches;
        var network = Model.Network(batch, parallelism);
        var denoiser = Model.Denoiser(network);
        var parts = new List<Tensor>();
        for (var first = 0; first < Count; first += batch)
        {
            SamplingStep? last = null;
            var shape = Model.SampleShape.Prepend(Math.Min(batch, Count - first));
            foreach (var step in Sampler.Steps(denoiser, shape, new SeededNoise(new Rng(Seed).Split("samples"), first)))
            {
                watch?.Invoke(first, step);
                last = step;
            }

            parts.Add(last!.X);
        }

        return (Tensor.Concatenate(parts), network.Calls);
    }
}
