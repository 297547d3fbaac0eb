using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>A sampler whose step needs nothing but the present state.</summary>
/// <param name="schedule">α and σ at the grid's times.</param>
/// <param name="grid">The steps, all inside the schedule.</param>
public abstract class SingleStepSampler(Schedule schedule, TimeGrid grid) : Sampler(schedule, grid)
{
    /// <inheritdoc/>
    protected sealed override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            (x, var denoised) = Step(denoiser, x, level, levelNext, noise, i);
            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, denoised);
        }
    }

    /// <summary>One step.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="level">Where the step starts.</param>
    /// <param name="levelNext">Where it ends; σ may be 0.</param>
    /// <param name="noise">Noise, should the step need it.</param>
    /// <param name="index">Which step this is, from 0: the index of its draw.</param>
    /// <returns>The state at <paramref name="levelNext"/> and the estimate at <paramref name="level"/>.</returns>
    protected abstract (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index);
}
