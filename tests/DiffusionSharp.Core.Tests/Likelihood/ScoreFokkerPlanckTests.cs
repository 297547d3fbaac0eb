using DiffusionSharp.Denoisers;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Likelihood;

public sealed class ScoreFokkerPlanckTests
{
    private static readonly GaussianMixture Mixture = GaussianMixture.Isotropic([1, 2], new Tensor([2, 2], [1, 0.5, -0.6, -0.2]), [0.1, 0.3]);
    private static readonly GaussianMixtureDenoiser Exact = new(Mixture);

    public static TheoryData<string> Schedules => ["vp-linear", "vp-cosine", "sub-vp", "ve", "edm", "flow", "discrete"];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void The_residual_of_an_exact_score_falls_as_the_square_of_the_step(string name)
    {
        var (schedule, x, time) = Case(name);
        double Size(double step)
        {
            var residual = new ScoreFokkerPlanck(schedule, new ExactDivergence(), step).Measure(Exact, x, time);
            return Math.Sqrt(residual.SquaredResiduals.Mean() / residual.SquaredRates.Mean());
        }

        var (coarse, fine) = (Size(0.08), Size(0.04));

        // R = C h² + C₄ h⁴: the ratio is 4 up to terms of h²; once extrapolated, h⁴ with a factor of order 1 is left.
        Assert.InRange(coarse / fine, 3.8, 4.2);
        Assert.InRange(fine, 0, 0.04 * 0.04 * 10);
        var (vCoarse, vFine) = (Vector(0.08), Vector(0.04));
        Assert.InRange((((4 * vFine) - vCoarse) / 3).MaxAbs(), 0, vCoarse.MaxAbs() * 0.05);

        Tensor Vector(double step) => new ScoreFokkerPlanck(schedule, new ExactDivergence(), step).Residual(Exact, x, time);
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void A_score_that_is_too_steep_by_a_twentieth_is_caught(string name)
    {
        var (schedule, x, time) = Case(name);
        var measure = new ScoreFokkerPlanck(schedule, new ExactDivergence(), 0.02);
        var (right, wrong) = (measure.Measure(Exact, x, time), measure.Measure(new Steep(Exact, 1.05), x, time));
        Assert.True(wrong.Relative.Value > 10 * right.Relative.Value, $"{name}: {wrong.Relative} against {right.Relative}");
    }

    [Fact]
    public void On_a_wrong_gaussian_the_residual_is_its_closed_form()
    {
        // s = −c x/v with v = α²s² + σ²: on EDM (f = 0, g² = 2σ, v′ = 2σ) ∂ₜs = c x v′/v², the right side ½g²·2·c²x/v² = 2σ c² x/v².
        const double c = 1.1, variance = 0.5, sigma = 0.7;
        const double v = variance + (sigma * sigma);
        var gaussian = new Steep(new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], new Tensor([1, 1], [0.0]), [variance])), c);
        var x = new Tensor([3, 1], [-1, 0.3, 2]);
        var residual = new ScoreFokkerPlanck(new EdmSchedule(), new ExactDivergence(), 0.01).Residual(gaussian, x, sigma);
        for (var k = 0; k < 3; k++) Assert.Equal(2 * sigma * (c - (c * c)) * x.Values[k] / (v * v), residual.Values[k], 1e-4);
    }

    [Fact]
    public void Random_probes_estimate_the_exact_mean_square()
    {
        var schedule = new VpLinearSchedule();
        var steep = new Steep(Exact, 1.3);
        var time = schedule.TimeAtLogSnr(0);
        var x = schedule.At(time).AddNoise(Mixture.Draw(new Rng(1), 4000), new Rng(2).Normal([4000, 2]));
        var exact = new ScoreFokkerPlanck(schedule, new ExactDivergence()).Measure(steep, x, time);
        foreach (var kind in new[] { ProbeKind.Rademacher, ProbeKind.Gaussian })
        {
            // The same points: what differs is the probes' part alone.
            var probed = new ScoreFokkerPlanck(schedule, new HutchinsonDivergence(3, kind)).Measure(steep, x, time, new Rng(3));
            var difference = Measurement.OfMean((probed.SquaredResiduals - exact.SquaredResiduals).Values);
            Assert.InRange(difference.Value, -5 * difference.StandardError, 5 * difference.StandardError);
        }
    }

    [Fact]
    public void Points_do_not_depend_on_their_batch()
    {
        var (schedule, x, time) = Case("vp-linear");
        var measure = new ScoreFokkerPlanck(schedule, new HutchinsonDivergence(2));
        var whole = measure.Measure(Exact, x, time, new Rng(5));
        var parts = ScoreFokkerPlanckResidual.Concatenate(measure.Measure(Exact, x.Slice(0, 3), time, new Rng(5)), measure.Measure(Exact, x.Slice(3, x.Samples - 3), time, new Rng(5), firstSample: 3));
        Assert.Equal(whole.SquaredResiduals.Values.ToArray(), parts.SquaredResiduals.Values.ToArray());
    }

    [Fact]
    public void Steps_levels_and_probes_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreFokkerPlanck(new EdmSchedule(), new ExactDivergence(), double.NaN));
        Assert.Contains("at least 2 probes", Assert.Throws<ArgumentException>(() => new ScoreFokkerPlanck(new EdmSchedule(), new HutchinsonDivergence(1))).Message, StringComparison.Ordinal);
        var measure = new ScoreFokkerPlanck(new EdmSchedule(), new ExactDivergence());
        Assert.Throws<ArgumentOutOfRangeException>(() => measure.Measure(Exact, Tensor.Zeros([1, 2]), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => measure.Measure(Exact, Tensor.Zeros([1, 2]), 80));
    }

    private static (Schedule Schedule, Tensor X, double Time) Case(string name)
    {
        Schedule schedule = name switch
        {
            "vp-linear" => new VpLinearSchedule(),
            "vp-cosine" => new VpCosineSchedule(),
            "sub-vp" => new SubVpSchedule(),
            "ve" => new VeGeometricSchedule(),
            "edm" => new EdmSchedule(),
            "flow" => new FlowSchedule(),
            _ => DiscreteSchedule.Linear(),
        };
        var level = schedule.AtRatio(0.8);
        return (schedule, level.AddNoise(Mixture.Draw(new Rng(1), 50), new Rng(2).Normal([50, 2])), level.Time);
    }

    // A score multiplied by a factor: the equation is not linear, so what is no score of the process cannot solve it.
    private sealed class Steep(Denoiser inner, double factor) : Denoiser
    {
        public override bool HasGradient => true;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => ((factor * Weighted(inner.Denoise(x, levels), levels)) + ((1 - factor) * x)).ScaleSamples(Inverse(levels));

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => ((factor * Weighted(inner.VectorJacobian(x, levels, cotangent), levels)) + ((1 - factor) * cotangent)).ScaleSamples(Inverse(levels));

        private static Tensor Weighted(Tensor d, ReadOnlySpan<NoiseLevel> levels) => d.ScaleSamples([.. levels.ToArray().Select(l => l.Alpha)]);

        private static double[] Inverse(ReadOnlySpan<NoiseLevel> levels) => [.. levels.ToArray().Select(l => 1 / l.Alpha)];
    }
}
