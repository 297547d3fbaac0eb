using System.Globalization;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Programs;

/// <summary>What a recipe costs: the arithmetic of all its steps, and about how long that takes.</summary>
internal static class TrainingWork
{
    // The backward pass does the products of the forward pass twice over, by the data and by the weights.
    private const int PassesOfAStep = 3;

    // What training the small presets reached on two cores with 256-bit vectors or wider, rounded: a hint, and no promise.
    private const double TwoCores = 150e9;

    private const double Minute = 60, Hour = 60 * Minute, Day = 24 * Hour, Month = 30 * Day;

    /// <summary>Operations of all steps; a multiply-add counts twice.</summary>
    public static double Flops(RunConfig config)
    {
        var network = NetworkSummary.Of(new NetworkBlueprint(config, config.SampleShape()).Build(new Graph(), 1, training: false));
        return (double)network.Cost.Flops * PassesOfAStep * config.Batch * config.Steps;
    }

    /// <summary>About how long they take on two cores, in one unit.</summary>
    public static string OnTwoCores(double flops) => (flops / TwoCores) switch
    {
        < 100 * Minute and var s => Words(s / Minute, "min"),
        < 36 * Hour and var s => Words(s / Hour, "h"),
        < 2 * Month and var s => Words(s / Day, "days"),
        var s => Words(s / Month, "months"),
    };

    private static string Words(double count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(count)):0} {unit}");
}
