using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser that also knows ln p_t(x); Metropolis-adjusted sampling asks for it.</summary>
public interface ILogDensity
{
    /// <summary>ln p_t(x) of each sample, [N]; nats.</summary>
    /// <param name="x">Noisy samples, [N, …].</param>
    /// <param name="level">The level of all samples.</param>
    Tensor LogDensity(Tensor x, NoiseLevel level);
}
