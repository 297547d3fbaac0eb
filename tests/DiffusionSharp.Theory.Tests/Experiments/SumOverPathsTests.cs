using DiffusionSharp.Denoisers;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class SumOverPathsTests
{
    [Fact]
    public void A_bound_without_its_prior_term_is_found() => Quick.AssertFails(new SumOverPaths { PriorTerm = 0 });

    [Fact]
    public void Steps_of_twice_the_variance_are_found() => Quick.AssertFails(new SumOverPaths { VarianceFactor = 2 });

    [Fact]
    public void The_denoiser_of_other_data_is_found() =>
        Quick.AssertFails(new SumOverPaths { Denoiser = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([0.5, 0.5], new Tensor([2, 1], [-1, 0.8]), [0.16, 0.25])) });
}
