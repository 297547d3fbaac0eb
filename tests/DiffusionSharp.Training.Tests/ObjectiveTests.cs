using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Tests;

public sealed class ObjectiveTests
{
    private static readonly Schedule Cosine = DiscreteSchedule.Cosine();

    private static readonly Schedule Vp = new VpLinearSchedule();

    public static TheoryData<LossWeighting> InDataUnits => [LossWeighting.MinSnr, LossWeighting.P2, LossWeighting.Likelihood];

    [Fact]
    public void Min_snr_weights_are_the_clipped_ratio_in_units_of_the_data_loss()
    {
        foreach (var level in Levels(Cosine, 0, 100, 500, 900))
        {
            foreach (var gamma in new[] { 5, 0.5 })
            {
                var clipped = Math.Min(level.Snr, gamma);
                double Weight(Prediction p) => Of(Cosine, p, LossWeighting.MinSnr, gamma).Weight(level);
                Assert.Equal(clipped, Weight(Prediction.Data), 12);

                // An error of the data of size e is one of the noise of size e·α/σ and, at α² + σ² = 1, one of the velocity of size e/σ.
                Assert.Equal(clipped, Weight(Prediction.Noise) * level.Snr, 1e-9);
                Assert.Equal(clipped, Weight(Prediction.Velocity) / (level.Sigma * level.Sigma), 1e-6);
            }

            Assert.Equal(1, Of(Cosine, Prediction.Noise, LossWeighting.Simple).Weight(level));
            Assert.Equal(Of(Cosine, Prediction.Data, LossWeighting.MinSnr, 5).Weight(level), Of(Cosine, Prediction.Data, LossWeighting.MinSnr).Weight(level));
        }
    }

    [Fact]
    public void P2_weighs_the_noise_loss_by_a_power_of_one_plus_the_signal_to_noise_ratio()
    {
        foreach (var level in Levels(Cosine, 0, 100, 500, 900))
        {
            Assert.Equal(1 / (1 + level.Snr), Of(Cosine, Prediction.Noise, LossWeighting.P2).Weight(level), 1e-12);
            Assert.Equal(1 / Math.Sqrt(1 + level.Snr), Of(Cosine, Prediction.Noise, LossWeighting.P2, 0.5).Weight(level), 1e-12);
        }
    }

    [Fact]
    public void Likelihood_weighs_the_score_loss_by_the_squared_diffusion()
    {
        foreach (var level in Levels(Vp, 0.001, 0.3, 1))
        {
            var beta = ((VpLinearSchedule)Vp).Beta(level.Time);
            Assert.Equal(1, Of(Vp, Prediction.Score, LossWeighting.Likelihood).Weight(level) / beta, 1e-9);
            Assert.Equal(1, Of(Vp, Prediction.Noise, LossWeighting.Likelihood).Weight(level) * level.Sigma * level.Sigma / beta, 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(InDataUnits))]
    public void An_error_of_the_data_counts_alike_whatever_the_network_predicts(LossWeighting weighting)
    {
        foreach (var level in Levels(Vp, 0.01, 0.3, 0.7, 0.95))
        {
            var expected = Of(Vp, Prediction.Data, weighting).Weight(level);
            foreach (var prediction in Enum.GetValues<Prediction>())
            {
                var objective = Of(Vp, prediction, weighting);
                var (_, ofOutput) = PredictionConversion.DataWeights(prediction, level);
                Assert.Equal(1, objective.Weight(level) / (ofOutput * ofOutput) / expected, 1e-9);
            }
        }
    }

    [Fact]
    public void A_score_without_weighting_counts_in_units_of_the_noise()
    {
        foreach (var level in Levels(Vp, 0.01, 0.5)) Assert.Equal(level.Sigma * level.Sigma, Of(Vp, Prediction.Score, LossWeighting.Simple).Weight(level));
    }

    [Fact]
    public void Edm_weighting_makes_the_loss_of_the_preconditioned_network_even()
    {
        var edm = new EdmPreconditioning(0.7);
        foreach (var level in Levels(Vp, 0.001, 0.5, 1))
        {
            var r = level.Ratio;
            Assert.Equal(1, LossWeights.Edm(level, edm) / (((r * r) + 0.49) / (r * r * 0.49)), 1e-12);
            foreach (var weighting in new[] { LossWeighting.Edm, LossWeighting.Simple })
                Assert.Equal(1, new Objective(Config(Prediction.Data, weighting) with { Preconditioning = new PreconditioningConfig(0.7) }, Vp).Weight(level), 1e-12);
        }
    }

    private static Objective Of(Schedule schedule, Prediction prediction, LossWeighting weighting, double? gamma = null) => new(Config(prediction, weighting) with { Gamma = gamma }, schedule);

    private static RunConfig Config(Prediction prediction, LossWeighting weighting) => new("points", "test") { Mlp = new MlpOptions(2), Prediction = prediction, Weighting = weighting };

    private static IEnumerable<NoiseLevel> Levels(Schedule schedule, params double[] times) => times.Select(schedule.At);
}
