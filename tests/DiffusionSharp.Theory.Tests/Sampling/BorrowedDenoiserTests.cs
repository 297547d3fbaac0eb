using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Sampling;

namespace DiffusionSharp.Theory.Tests.Sampling;

public sealed class BorrowedDenoiserTests
{
    private static readonly Denoiser Model = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 2], [1, 0, -1, 0.5]), [0.1, 0.3]));

    [Fact]
    public void On_another_schedule_it_is_the_same_denoiser_and_has_the_same_gradient_and_density()
    {
        var borrowed = new BorrowedDenoiser(Model, new VpLinearSchedule());
        var (x, u) = (new Rng(1).Normal([5, 2]), new Rng(2).Normal([5, 2]));
        foreach (var level in (NoiseLevel[])[new EdmSchedule().At(0.7), new FlowSchedule().At(0.4), new SubVpSchedule().At(0.3)])
        {
            Assert.InRange((borrowed.Denoise(x, level) - Model.Denoise(x, level)).MaxAbs(), 0, 1e-13);
            Assert.InRange((borrowed.VectorJacobian(x, level, u) - Model.VectorJacobian(x, level, u)).MaxAbs(), 0, 1e-13);
            Assert.InRange((borrowed.LogDensity(x, level) - Model.LogDensity(x, level)).MaxAbs(), 0, 1e-12);
        }
    }

    [Fact]
    public void A_level_noisier_than_the_models_own_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BorrowedDenoiser(Model, new EdmSchedule()).Denoise(Tensor.Zeros([1, 2]), new VpLinearSchedule().At(1)));
}
