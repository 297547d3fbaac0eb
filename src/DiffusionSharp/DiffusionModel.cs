namespace DiffusionSharp;

/// <summary>A denoiser with its schedule, the shape of its samples, and its usual grid and sampler: one object to train, open, sample and measure.</summary>
public sealed class DiffusionModel
{
}
