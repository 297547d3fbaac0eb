using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Curves against the recorded tool.</summary>
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
            Near.Absolute(golden[$"curve/{name}/betas"].Values, schedule.Betas, 3e-6, $"{name} betas");
            Near.Absolute(golden[$"curve/{name}/alphas_cumprod"].Values, schedule.AlphaBar, 1e-6, $"{name} ᾱ");
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

    /// <summary>The recorded curves by their names, as they are and rescaled.</summary>
    internal static IEnumerable<(string Name, DiscreteSchedule Schedule)> Schedules()
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
