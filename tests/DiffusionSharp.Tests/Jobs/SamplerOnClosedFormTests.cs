using DiffusionSharp.Targets;

namespace DiffusionSharp.Tests.Jobs;

public sealed class SamplerOnClosedFormTests
{
    [Fact]
    public void A_sampler_runs_on_a_closed_form()
    {
        var twoPoints = GaussianMixture.Isotropic(new double[,] { { -1, 0 }, { 1, 0 } }, variance: 0.01);
        var model = DiffusionModel.Exact(twoPoints);
        var samples = model.Sample(500, seed: 1, steps: 20, new SampleOptions { Sampler = "dpmpp-2m" }).Values;

        Assert.InRange(Enumerable.Range(0, 500).Count(k => samples[k, 0] > 0), 200, 300);
        Assert.All(Enumerable.Range(0, 500), k => Assert.InRange(Math.Abs(samples[k, 0]), 0.5, 1.5));
    }
}
