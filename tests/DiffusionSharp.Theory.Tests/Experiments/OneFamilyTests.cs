using DiffusionSharp.Theory.Experiments;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class OneFamilyTests
{
    [Fact]
    public void A_wrong_scale_is_found() => Quick.AssertFails(new OneFamily { Scale = level => double.Hypot(level.Alpha, level.Sigma) });

    [Fact]
    public void A_diffusion_without_the_scale_is_found() => Quick.AssertFails(new OneFamily { Diffusion = (_, growth) => growth });

    [Fact]
    public void A_model_asked_without_rescaling_is_found() => Quick.AssertFails(new OneFamily { Rescaling = (_, _) => 1 });
}
