using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>All experiments in the order of the course: from maximum likelihood to the networks that are trained by it.</summary>
public static class ExperimentCatalog
{
    /// <summary>The experiments, first to last.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new MleIsKl(),
        new InverseCdf(),
        new Reparameterization(),
        new MergeOfGaussians(),
        new PosteriorOfStep(),
        new SumOverPaths(),
        new ElboTerms(),
        new WhyNoiseWhileSampling(),
        new DdimFamily(),
        new RandomWalkToWiener(),
        new ItoAndStratonovich(),
        new LangevinEquations(),
        new FokkerPlanckEquation(),
        new TimeReversal(),
        new ScoreMatchingIdentities(),
        new AnnealedLangevin(),
        new ScoreFokkerPlanckEquation(),
        new OneFamily(),
        new NetworkAnatomy(),
    ];
}
