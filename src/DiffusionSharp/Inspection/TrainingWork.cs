using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>What a recipe costs: the arithmetic of all its steps, and about how long that takes.</summary>
public static class TrainingWork
{
    // The backward pass does the products of the forward pass twice over, by the data and by the weights.
    private const int PassesOfAStep = 3;

    // What training the small presets reached on two cores with 256-bit vectors or wider, rounded: a hint, and no promise.
    private const double TwoCores = 150e9;

    /// <summary>Floating-point operations of all steps; a multiply-add counts twice.</summary>
    /// <param name="config">The network, its batch and its steps.</param>
    public static double Flops(RunConfig config)
    {
        var network = NetworkSummary.Of(new NetworkBlueprint(config, config.SampleShape()).Build(new Graph(), 1, training: false));
        return (double)network.Cost.Flops * PassesOfAStep * config.Batch * config.Steps;
    }

    /// <summary>About how many seconds they take on two cores: a hint, and no promise.</summary>
    /// <param name="flops">Floating-point operations, 0 or more.</param>
    public static double SecondsOnTwoCores(double flops) => flops / TwoCores;
}
