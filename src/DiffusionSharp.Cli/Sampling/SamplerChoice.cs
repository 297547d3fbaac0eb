using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>The sampler that options name, on a model's schedule. An option that the sampler does not read is an error.</summary>
internal static class SamplerChoice
{
    private const int FewSteps = 50;
    private const string AllLevels = "ddpm";

    // What the command line calls the options of samplers.
    private static readonly (SamplerOption Option, string Name)[] OptionNames =
    [
        (SamplerOption.Eta, "--eta"),
        (SamplerOption.Variance, "--variance"),
        (SamplerOption.Churn, "--churn"),
        (SamplerOption.Snr, "--snr"),
        (SamplerOption.LangevinSteps, "--langevin-steps"),
        (SamplerOption.StepSize, "--step-size"),
        (SamplerOption.Tolerance, "--tolerance"),
    ];

    /// <summary>The options that a sampler takes, as the command line writes them.</summary>
    public static IEnumerable<string> OptionsOf(SamplerEntry entry) => OptionNames.Where(o => entry.Takes.HasFlag(o.Option)).Select(o => o.Name);

    /// <summary>Makes the sampler.</summary>
    /// <exception cref="UsageException">An option belongs to other samplers or schedules, or there are more steps than levels.</exception>
    public static Sampler Create(SampleRequest request, TrainedModel model)
    {
        var (entry, config) = (request.Sampler, model.Config.ScheduleOrDefault());
        foreach (var (option, name) in OptionNames)
        {
            if (!request.SamplerOptions.Given.HasFlag(option) || entry.Takes.HasFlag(option)) continue;
            var takers = SamplerCatalog.All.Where(e => e.Takes.HasFlag(option)).Select(e => e.Name);
            throw new UsageException($"{name} is not an option of {entry.Name}; it belongs to {string.Join(", ", takers)}.");
        }

        if (entry.NeedsDensity) throw new UsageException($"--sampler: {entry.Name} accepts its steps by the density ln p_t(x), which a network does not know; in a program of your own it runs on closed forms. Take another here.");
        VarianceChoice.Check(request.SamplerOptions.Variance, model);
        var options = request.SamplerOptions;
        if (entry.Takes.HasFlag(SamplerOption.Variance)) options = options with { Variance = options.Variance ?? VarianceChoice.Of(model) };
        if (IsLangevin(entry) && !config.HasNoiseLevels() && request.Steps is null)
            throw new UsageException($"--sampler: {entry.Name} walks trained levels of noise, and this model's schedule, {Choices.Schedules.NameOf(config.Kind)}, has none; say --steps N to walk N levels of it, or sample with predictor-corrector, heun or ddim.");

        // Both papers take about a thousand steps over all levels that were trained.
        var annealed = config.HasNoiseLevels() && entry.Name is "ncsn" or "ncsn-v2";
        if (annealed) options = options with { LangevinSteps = options.LangevinSteps ?? NcsnDesign.LangevinSteps(config.LevelsOrDefault()) };
        var steps = request.Steps ?? (entry.Name == AllLevels || annealed ? config.LevelsOrDefault() : Math.Min(FewSteps, config.LevelsOrDefault()));
        return entry.Create(model.Schedule, GridChoice.Create(request.Spacing, model, steps), options);
    }

    private static bool IsLangevin(SamplerEntry entry) => entry.Takes.HasFlag(SamplerOption.StepSize);
}
