using DiffusionSharp.Targets;

namespace DiffusionSharp.Tests.Jobs;

public sealed class LikelihoodTests
{
    [Fact]
    public void The_likelihood_of_data_is_one_call()
    {
        var model = DiffusionModel.Exact(GaussianMixture.Isotropic(new double[,] { { 0, 0 } }, variance: 1));

        var estimate = model.LogLikelihood(DataSource.From(new float[,] { { 0, 0 }, { 1, 2 } }));

        // ln N(x; 0, I) = −ln 2π − |x|²/2, smoothed by the least noise.
        Assert.Equal(-Math.Log(2 * Math.PI), estimate.LogDensity[0], 1e-3);
        Assert.Equal(-Math.Log(2 * Math.PI) - 2.5, estimate.LogDensity[1], 1e-3);
    }
}
