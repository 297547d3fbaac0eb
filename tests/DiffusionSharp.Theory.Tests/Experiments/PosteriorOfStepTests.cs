using DiffusionSharp.Samplers;
using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class PosteriorOfStepTests
{
    [Fact]
    public void The_forward_variance_in_the_place_of_the_posterior_one_is_found() =>
        Quick.AssertFails(new PosteriorOfStep { ClosedForm = (t, s) => Posterior.Between(t, s) is var q ? q with { Variance = q.ForwardVariance } : default });

    [Fact]
    public void A_weight_of_the_data_without_alpha_is_found() =>
        Quick.AssertFails(new PosteriorOfStep { ClosedForm = (t, s) => Posterior.Between(t, s) is var q ? q with { OfData = q.OfData / s.Alpha } : default });

    [Fact]
    public void A_mean_that_takes_out_all_of_the_noise_is_found() =>
        Quick.AssertFails(new PosteriorOfStep { MeanFromNoise = (t, s, _, x, eps) => s.Alpha / t.Alpha * (x - (t.Sigma * eps)) });
}
