using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>How a model's likelihood is measured.</summary>
internal enum LikelihoodKind
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>By the probability flow.</summary>
    Flow,

    /// <summary>By the bound of its ancestral chain, and by the flow.</summary>
    BoundAndFlow,
}

/// <summary>A model of the comparison: what is trained and how it is sampled.</summary>
/// <param name="Name">Of its run.</param>
/// <param name="Title">Of its rows.</param>
/// <param name="Preset">What is trained.</param>
/// <param name="Sampler">The sampler in words.</param>
/// <param name="Make">The sampler of a number of steps, for a budget of calls.</param>
/// <param name="Likelihood">How its likelihood is measured.</param>
/// <param name="Conditional">Whether it is trained with classes: it is then no row of the comparison.</param>
internal sealed record StudyModel(string Name, string Title, string Preset, string Sampler, Func<TrainedModel, int, int, Sampler> Make, LikelihoodKind Likelihood, bool Conditional = false)
{
    /// <summary>All models, the one with classes last.</summary>
    public static IReadOnlyList<StudyModel> All { get; } =
    [
        new("ddpm", "DDPM (velocity, cosine, min-SNR)", "mnist", "ancestral, `ddpm`", (m, n, _) => Named("ddpm", m, n), LikelihoodKind.BoundAndFlow),
        new("ncsn", "NCSN v2", "mnist-ncsn", "annealed Langevin, `ncsn-v2`, final denoising", (m, n, budget) => Named("ncsn-v2", m, n, new SamplerOptions(LangevinSteps: StepsALevel(m, budget))), LikelihoodKind.None),
        new("ve", "VE SDE", "mnist-ve", "`predictor-corrector`, one corrector step, ratio 0.16", (m, n, _) => Named("predictor-corrector", m, n), LikelihoodKind.Flow),
        new("vp", "VP SDE", "mnist-vp", "probability flow, `heun`, levels of Karras et al.", (m, n, _) => new HeunSampler(m.Schedule, Grids.Karras(m.Schedule, n)), LikelihoodKind.Flow),
        new("edm", "EDM", "mnist-edm", "stochastic Heun, `edm`", (m, n, _) => Named("edm", m, n), LikelihoodKind.Flow),
        new("flow", "Flow matching", "mnist-flow", "`heun-flow`, even times", (m, n, _) => Named("heun-flow", m, n), LikelihoodKind.Flow),
        new("conditional", "DDPM with classes", "mnist", "`ddim`", (m, n, _) => Named("ddim", m, n), LikelihoodKind.None, Conditional: true),
    ];

    /// <summary>Whether the recipe is there to be trained.</summary>
    public bool Exists => Presets.All.Any(p => p.Name == Preset);

    /// <summary>The configuration of a run: the preset, without sheets along the way.</summary>
    /// <param name="data">The source's text.</param>
    /// <param name="source">What it opens.</param>
    public RunConfig Config(string data, DataSource source) => Presets.Find(Preset).Build(data, source.SampleShape) with
    {
        SampleEvery = 0,
        LogEvery = 50,
        Conditioning = Conditional ? new ConditioningConfig(source.Classes, Names: source.ClassNames) : null,
    };

    /// <summary>The finest sampler that a budget pays for.</summary>
    public (Sampler Sampler, int Steps, int Calls) Plan(TrainedModel model, int budget) => CallBudget.Fit(n => Make(model, n, budget), budget, MostSteps(model));

    /// <summary>The most steps of a grid: the trained levels of a discrete schedule.</summary>
    public static int MostSteps(TrainedModel model) => model.Schedule.TrainedLevels ?? int.MaxValue;

    // As few as spend the budget: better more levels, and only then more steps at each.
    private static int StepsALevel(TrainedModel model, int budget) => Math.Max(1, (budget - 1 + MostSteps(model) - 1) / MostSteps(model));

    private static Sampler Named(string name, TrainedModel model, int steps, SamplerOptions? options = null) =>
        SamplerCatalog.Find(name).Create(model.Schedule, model.Schedule.Grid(steps), options);
}
