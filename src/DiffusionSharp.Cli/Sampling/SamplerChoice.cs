using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>The sampler that options name, on a model's schedule. An option that the sampler does not read is an error.</summary>
internal static class SamplerChoice
{
    private const int DdimSteps = 50;

    /// <summary>Makes the sampler.</summary>
    /// <exception cref="UsageException">An option belongs to another sampler or schedule, or there are more steps than levels.</exception>
    public static Sampler Create(SampleRequest request, TrainedModel model)
    {
        var config = model.Config.ScheduleOrDefault();
        if (request.Eta is not null && request.Sampler != SamplerKind.Ddim) throw new UsageException($"--eta belongs to --sampler ddim, not to {Choices.Samplers.NameOf(request.Sampler)}.");
        if (request.Variance is not null && request.Sampler != SamplerKind.Ddpm) throw new UsageException($"--variance belongs to --sampler ddpm, not to {Choices.Samplers.NameOf(request.Sampler)}.");
        if (request.Spacing is not null && config.IsContinuous()) throw new UsageException($"--spacing belongs to discrete schedules; this model's schedule is {Choices.Schedules.NameOf(config.Kind)}.");
        if (!config.IsContinuous() && request.Steps > config.Levels) throw new UsageException($"--steps: at most the {config.Levels} levels of this model's schedule, {request.Steps} was given.");
        var steps = request.Steps ?? (request.Sampler == SamplerKind.Ddim ? Math.Min(DdimSteps, config.Levels) : config.Levels);
        var grid = config.Grid(model.Schedule, request.Spacing ?? TimestepSpacing.Trailing, steps);
        return request.Sampler switch
        {
            SamplerKind.Ddim => new DdimSampler(model.Schedule, grid, request.Eta ?? 0),
            SamplerKind.Ddpm => new DdpmSampler(model.Schedule, grid, request.Variance ?? DdpmVariance.FixedSmall),
            _ => throw new NotSupportedException($"There is no sampler {request.Sampler}."),
        };
    }
}
