using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Theory.TrainedNetworks;

/// <summary>A small U-Net that an experiment trains on a few hundred drawn digits, small enough to train while one waits.</summary>
/// <param name="Model">The model of the averaged weights.</param>
/// <param name="Pictures">All that it was trained on, [N, 16, 16, 1], values in [−1, 1].</param>
internal sealed record DigitsNetwork(TrainedModel Model, Tensor Pictures)
{
    /// <summary>Side of the pictures.</summary>
    public const int Side = 16;

    /// <summary>Two levels of resolution, attention at the coarser.</summary>
    public static UNet2DOptions Network { get; } = new()
    {
        SampleSize = Side,
        InChannels = 1,
        OutChannels = 1,
        Channels = [16, 32],
        DownBlocks = [BlockKind.Plain, BlockKind.Attention],
        UpBlocks = [BlockKind.Attention, BlockKind.Plain],
        LayersPerBlock = 1,
        NormGroups = 8,
        Initialization = InitializationScheme.Ddpm,
    };

    /// <summary>Trains it.</summary>
    /// <param name="steps">Steps of 32 pictures.</param>
    /// <param name="pictures">How many different ones.</param>
    /// <param name="rng">Decides the weights, the digits and their order.</param>
    /// <param name="context">What it runs on, and what ends it early.</param>
    public static DigitsNetwork Train(int steps, int pictures, Rng rng, ExperimentContext context)
    {
        var source = new DigitsSource(pictures, rng.Split("digits").Key, Side);
        var config = new RunConfig("digits", "network-anatomy")
        {
            UNet = Network,
            Schedule = ScheduleConfig.Cosine,
            Prediction = Prediction.Velocity,
            Steps = steps,
            Batch = 32,
            Seed = rng.Split("training").Key,
            Optimizer = new AdamOptions(Rate: 2e-3, ClipNorm: 1),
            RateCurve = RateCurve.Cosine,
            WarmupSteps = steps / 20,
            Ema = new EmaOptions(MaxDecay: 0.99),
        };
        var (model, _) = InMemoryTraining.Run(config, source, context.Executor, context.Stop);
        return new DigitsNetwork(model, source.Read(Enumerable.Range(0, pictures)));
    }
}
