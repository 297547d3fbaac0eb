using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The forward process against the recorded tool, in float64 and in the float32 that its users get.</summary>
public sealed class RecordedForwardTests
{
    // Float32 rounds ᾱ near 1 to 6e-8; of σ² at the first levels, 4e-5 and more, that is up to 1e-3, of σ itself 5e-6.
    [Theory]
    [InlineData("forward_f64", 1e-13, 1e-12, 0)]
    [InlineData("forward_stock", 1e-5, 3e-7, 2e-7)]
    public void Noisy_data_velocity_snr_and_variances_agree_with_the_recorded_ones(string edition, double tolerance, double varianceTolerance, double alphaBarRounding)
    {
        using var golden = GoldenFile.Require("schedules", edition);
        var (x0, noise, timesteps) = (golden["x0"], golden["noise"], golden["timesteps"].Values.ToArray());
        var compared = new List<string>();
        foreach (var (name, schedule) in RecordedScheduleTests.Schedules())
        {
            for (var k = 0; k < timesteps.Length; k++)
            {
                var t = timesteps[k];
                var level = schedule.At(t);
                Tensor clean = x0.Slice(k, 1), eps = noise.Slice(k, 1);
                Near.Absolute(golden[$"{name}/add_noise"].Sample(k), level.AddNoise(clean, eps).Values, tolerance, $"{name} add_noise {t}");
                Near.Absolute(golden[$"{name}/velocity"].Sample(k), PredictionConversion.Target(Prediction.Velocity, clean, eps, level).Values, tolerance, $"{name} velocity {t}");

                // In both editions the SNR was computed in float32; a product of a thousand factors there strays by 1.3e-5 of it at the last level.
                var snrTolerance = alphaBarRounding == 0 ? 3e-7 : 1.5e-5 + (alphaBarRounding / (level.Sigma * level.Sigma));
                Near.RelativeToEach([golden[$"{name}/snr"].Values[k]], [level.Snr], snrTolerance, $"{name} snr {t}");

                var q = Posterior.Between(level, schedule.At(t - 1));
                Near.Absolute([golden[$"{name}/variance_fixed_large"].Values[k]], [q.ForwardVariance], varianceTolerance, $"{name} β {t}");
                Near.Absolute([golden[$"{name}/variance_fixed_small"].Values[k]], [q.Variance], varianceTolerance, $"{name} β̃ {t}");
            }

            compared.Add(name);
        }

        Assert.Equal(golden.Cases.Select(c => c.Key).Order(StringComparer.Ordinal), compared.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("forward_f64", 1e-12, 1e-11)]
    [InlineData("forward_stock", 1e-6, 2e-5)]
    public void Noise_of_the_sigma_family_is_ours_over_alpha(string edition, double tolerance, double sigmaTolerance)
    {
        // The recorded Euler scheduler holds x/α, on 50 unrounded even timesteps.
        using var golden = GoldenFile.Require("schedules", edition);
        var schedule = DiscreteSchedule.ScaledLinear();
        var grid = Timesteps.UnroundedLinspace(schedule, 50);
        var (sigmas, timesteps) = (golden["euler/sigmas"].Values.ToArray(), golden["euler/timesteps"].Values.ToArray());
        for (var k = 0; k < timesteps.Length; k++)
        {
            var level = schedule.At(grid.Times[(int)Math.Round(49 * (999 - timesteps[k]) / 999)]);
            Near.RelativeToEach([sigmas[k]], [level.Ratio], sigmaTolerance, $"σ/α {k}");
            var noisy = level.AddNoise(golden["x0"].Slice(k, 1), golden["noise"].Slice(k, 1)) / level.Alpha;
            Near.RelativeToLargest(golden["euler/add_noise"].Slice(k, 1), noisy, tolerance, $"add_noise {k}");
        }
    }

    [Theory]
    [InlineData("forward_f64", 1e-14)]
    [InlineData("forward_stock", 3e-7)]
    public void Noise_of_rectified_flow_is_a_straight_line(string edition, double tolerance)
    {
        // The recorded tool counts flow time in thousandths.
        using var golden = GoldenFile.Require("schedules", edition);
        var (schedule, timesteps) = (new FlowSchedule(), golden["flow/timesteps"].Values.ToArray());
        for (var k = 0; k < timesteps.Length; k++)
        {
            var noisy = schedule.At(timesteps[k] / 1000).AddNoise(golden["x0"].Slice(k, 1), golden["noise"].Slice(k, 1));
            Near.RelativeToLargest(golden["flow/scale_noise"].Slice(k, 1), noisy, tolerance, $"scale_noise {k}");
        }
    }
}
