using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Sampling;

/// <summary>A batch sampled in tiles on all threads of an experiment; sample k's noise depends on k alone, so the tiles do not show.</summary>
internal static class TiledSampling
{
    private const int Tile = 50;

    /// <summary>Where a sampler takes a batch.</summary>
    /// <param name="context">Threads and stop.</param>
    /// <param name="sampler">The sampler.</param>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="start">The states at the start of the grid, [N, …].</param>
    /// <param name="noise">Of the draws inside the trajectory.</param>
    /// <param name="factor">Of those draws; 0 takes them away.</param>
    public static Tensor Sample(this ExperimentContext context, Sampler sampler, Denoiser denoiser, Tensor start, Rng noise, double factor = 1) =>
        Trajectory(context, sampler, denoiser, start, noise, factor, keep: sampler.Grid.Count)[0];

    /// <summary>The states after every <paramref name="keep"/>-th step, the last among them.</summary>
    public static Tensor[] Trajectory(this ExperimentContext context, Sampler sampler, Denoiser denoiser, Tensor start, Rng noise, double factor, int keep)
    {
        var tiles = new List<Tensor>[(start.Samples + Tile - 1) / Tile];
        context.Parallelism.For(tiles.Length, i =>
        {
            var kept = new List<Tensor>();
            var part = start.Slice(i * Tile, Math.Min(Tile, start.Samples - (i * Tile)));
            foreach (var step in sampler.Steps(denoiser, part, new ScaledNoise(new SeededNoise(noise, i * Tile), factor)))
            {
                context.Stop.ThrowIfCancellationRequested();
                if ((step.Index + 1) % keep == 0 || step.IsLast) kept.Add(step.X);
            }

            tiles[i] = kept;
        });
        return [.. Enumerable.Range(0, tiles[0].Count).Select(k => Tensor.Concatenate([.. tiles.Select(t => t[k])]))];
    }
}
