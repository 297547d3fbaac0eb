using DiffusionSharp.Denoisers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Draws any number of samples batch after batch; sample k depends on the generator, on k and on its denoiser alone.</summary>
public static class BatchedSampling
{
    /// <summary>How many samples a batch holds: batches of nearly equal size leave few rows of a compiled batch idle.</summary>
    /// <param name="count">Samples in all, at least 1.</param>
    /// <param name="largest">The most at a time, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static int BatchSize(int count, int largest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(largest, 1);
        var batches = Batches(count, largest);
        return (count + batches - 1) / batches;
    }

    /// <summary>Steps of all batches, for progress.</summary>
    /// <param name="sampler">Whose grid is walked.</param>
    /// <param name="count">Samples in all, at least 1.</param>
    /// <param name="largest">The most at a time, at least 1.</param>
    public static long TotalSteps(Sampler sampler, int count, int largest) => (long)Batches(count, largest) * sampler.Grid.Count;

    /// <summary>The steps of all batches, one batch after another; each is done as it is enumerated.</summary>
    /// <param name="sampler">What steps from noise to data.</param>
    /// <param name="sample">The shape of one sample.</param>
    /// <param name="count">Samples in all, at least 1.</param>
    /// <param name="largest">The most at a time, at least 1; memory grows with it, results do not depend on it.</param>
    /// <param name="rng">Of the start and of the sampler's noise.</param>
    /// <param name="denoiser">The estimate for a batch, from the index of its first sample and the number of its samples.</param>
    /// <returns>The index of the batch's first sample, and the step.</returns>
    public static IEnumerable<(int First, SamplingStep Step)> Steps(
        Sampler sampler, Shape sample, int count, int largest, Rng rng, Func<int, int, Denoiser> denoiser)
    {
        var batch = BatchSize(count, largest);
        for (var first = 0; first < count; first += batch)
        {
            var size = Math.Min(batch, count - first);
            foreach (var step in sampler.Steps(denoiser(first, size), sample.Prepend(size), new SeededNoise(rng, first))) yield return (first, step);
        }
    }

    private static int Batches(int count, int largest) => (int)(((long)count + largest - 1) / largest);
}
