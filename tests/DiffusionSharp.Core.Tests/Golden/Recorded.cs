using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>How the recorded tool's words translate into ours.</summary>
internal static class Recorded
{
    public static string Text(this JsonElement config, string key, string fallback) => config.TryGetProperty(key, out var value) ? value.GetString()! : fallback;

    public static double Number(this JsonElement config, string key, double fallback) => config.TryGetProperty(key, out var value) ? value.GetDouble() : fallback;

    public static bool Flag(this JsonElement config, string key, bool fallback) => config.TryGetProperty(key, out var value) ? value.GetBoolean() : fallback;

    public static DiscreteSchedule Schedule(JsonElement config, double lastAlphaBar = 0)
    {
        double start = config.Number("beta_start", 1e-4), end = config.Number("beta_end", 0.02);
        var schedule = config.Text("beta_schedule", "linear") switch
        {
            "linear" => DiscreteSchedule.Linear(1000, start, end),
            "scaled_linear" => DiscreteSchedule.ScaledLinear(1000, start, end),
            "squaredcos_cap_v2" => DiscreteSchedule.Cosine(),
            "sigmoid" => DiscreteSchedule.Sigmoid(1000, start, end),
            var other => throw new NotSupportedException(other),
        };
        if (!config.Flag("rescale_betas_zero_snr", false)) return schedule;
        var rescaled = schedule.RescaleToZeroTerminalSnr();

        // On the linear curve the tool's last ᾱ is above the one before it: noise falls there. No schedule of ours does that.
        return lastAlphaBar > 0 && lastAlphaBar < rescaled.AlphaBar[^2] ? schedule.RescaleToZeroTerminalSnr(lastAlphaBar) : rescaled;
    }

    public static TimestepSpacing Spacing(string name) => name switch
    {
        "leading" => TimestepSpacing.Leading,
        "trailing" => TimestepSpacing.Trailing,
        "linspace" => TimestepSpacing.Linspace,
        _ => throw new NotSupportedException(name),
    };

    public static TimeGrid Grid(JsonElement config, int steps)
    {
        // The recorded tool carries an offset beside every spacing and uses it with leading alone.
        var spacing = Spacing(config.Text("timestep_spacing", "leading"));
        return Timesteps.Create(spacing, 1000, steps, spacing == TimestepSpacing.Leading ? (int)config.Number("steps_offset", 0) : 0);
    }

    public static Prediction Meaning(string name) => name switch
    {
        "epsilon" => Prediction.Noise,
        "sample" => Prediction.Data,
        "v_prediction" => Prediction.Velocity,
        _ => throw new NotSupportedException(name),
    };
}
