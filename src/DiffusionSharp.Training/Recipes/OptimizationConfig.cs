using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Recipes;

/// <summary>How the weights move.</summary>
/// <param name="Steps">Optimizer steps, at least 1.</param>
/// <param name="Batch">Samples a step, at least 1.</param>
/// <param name="Accumulate">
/// Equal parts in which the batch of a step is computed, one after another, to need less memory; at least 1, divides <paramref name="Batch"/>.
/// </param>
/// <param name="Optimizer">Adam or AdamW, and clipping.</param>
/// <param name="RateCurve">How the learning rate moves after its warm-up, over all steps of the run.</param>
/// <param name="WarmupSteps">Steps in which the learning rate rises from 0.</param>
/// <param name="Precision">What kernels may trade for speed; it changes bits, so a run keeps it.</param>
public sealed record OptimizationConfig(
    int Steps = 1000,
    int Batch = 64,
    int Accumulate = 1,
    AdamOptions? Optimizer = null,
    RateCurve RateCurve = RateCurve.Constant,
    int WarmupSteps = 0,
    Precision Precision = Precision.Fast);
