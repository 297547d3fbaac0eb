using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Tests.Golden;

/// <summary>Curves, grids and the forward process against the recorded tool.</summary>
public sealed class RecordedScheduleTests
{
    private static readonly string[] Curves = ["linear", "scaled_linear", "squaredcos", "sigmoid"];

    [Fact]
    public void Betas_and_their_products_agree_with_the_recorded_curves()
    {
        using var golden = GoldenFile.Require("schedules", "schedules_f64");
        foreach (var (name, schedule) in Schedules())
        {
            Near.Absolute(golden[$"curve/{name}/betas"].Values, schedule.Betas, 1e-12, $"{name} betas");
            Near.Absolute(golden[$"curve/{name}/alphas_cumprod"].Values, schedule.AlphaBar, 1e-13, $"{name} ᾱ");
        }
    }

    [Fact]
    public void Float32_curves_agree_to_their_rounding()
    {
        using var golden = GoldenFile.Require("schedules", "schedules_stock");
        foreach (var (name, schedule) in Schedules())
        {
            Near.Absolute(golden[$"curve/{name}/betas"].Values, schedule.Betas, 2e-5, $"{name} betas");
            Near.Absolute(golden[$"curve/{name}/alphas_cumprod"].Values, schedule.AlphaBar, 2e-5, $"{name} ᾱ");
        }
    }

    [Fact]
    public void Zero_terminal_snr_ends_in_exactly_pure_noise_and_keeps_the_first_level()
    {
        foreach (var name in Curves)
        {
            var plain = Named(name);
            var rescaled = plain.RescaleToZeroTerminalSnr();
            Assert.Equal(0, rescaled.AlphaBar[^1]);
            Assert.Equal((0, 1), (rescaled.Alpha(999), rescaled.Sigma(999)));
            Near.Number(plain.AlphaBar[0], rescaled.AlphaBar[0], 1e-15, name);
        }
    }

    [Fact]
    public void The_forward_process_velocity_snr_and_variances_agree_with_the_recorded_ones()
    {
        using var golden = GoldenFile.Require("schedules", "forward_f64");
        var (x0, noise, timesteps) = (golden["x0"], golden["noise"], golden["timesteps"].Values.ToArray());
        foreach (var (name, schedule) in Schedules())
        {
            for (var k = 0; k < timesteps.Length; k++)
            {
                var t = timesteps[k];
                var level = schedule.At(t);
                Tensor clean = x0.Slice(k, 1), eps = noise.Slice(k, 1);
                Near.Absolute(golden[$"{name}/add_noise"].Sample(k), level.AddNoise(clean, eps).Values, 1e-13, $"{name} add_noise {t}");
                Near.Absolute(golden[$"{name}/velocity"].Sample(k), PredictionConversion.Target(Prediction.Velocity, clean, eps, level).Values, 1e-13, $"{name} velocity {t}");

                // The recorded SNR was computed in float32.
                Near.RelativeToEach([golden[$"{name}/snr"].Values[k]], [level.Snr], 3e-4, $"{name} snr {t}");

                var q = Posterior.Between(level, schedule.At(t - 1));
                Near.Absolute([golden[$"{name}/variance_fixed_large"].Values[k]], [q.ForwardVariance], 1e-12, $"{name} β {t}");
                Near.Absolute([golden[$"{name}/variance_fixed_small"].Values[k]], [q.Variance], 1e-12, $"{name} β̃ {t}");
            }
        }
    }

    private static IEnumerable<(string Name, DiscreteSchedule Schedule)> Schedules()
    {
        foreach (var name in Curves)
        {
            yield return (name, Named(name));
            yield return ($"{name}_zsnr", Named(name).RescaleToZeroTerminalSnr());
        }
    }

    private static DiscreteSchedule Named(string name) => name switch
    {
        "linear" => DiscreteSchedule.Linear(),
        "scaled_linear" => DiscreteSchedule.ScaledLinear(),
        "squaredcos" => DiscreteSchedule.Cosine(),
        _ => DiscreteSchedule.Sigmoid(),
    };
}
