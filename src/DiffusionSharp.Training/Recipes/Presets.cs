using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Recipes;

/// <summary>A recipe by name.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Description">What it is for, in one line.</param>
/// <param name="Recipe">What it follows and where it departs; printed when training begins.</param>
/// <param name="Sample">The shape of the samples it was made for; others of the same rank are trained too.</param>
/// <param name="Build">The configuration for a source and the shape of its samples.</param>
public sealed record Preset(string Name, string Description, string Recipe, Shape Sample, Func<string, Shape, RunConfig> Build)
{
    /// <summary>Whether it trains on pictures, or on vectors.</summary>
    public bool ForPictures => Sample.Rank == 3;

    /// <summary>The recipe of a name of <see cref="Presets.All"/>.</summary>
    /// <param name="name">Such as <c>mnist</c>.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator Preset(string name) => Presets.Find(name);
}

/// <summary>The recipes that <c>train --preset</c> knows.</summary>
public static class Presets
{
    // Where all small presets for digits leave what they follow, so that they differ from each other in the method alone.
    private const string Small = "a U-Net of 0.8 M parameters, batch 32, Adam 2e-3 with 100 warm-up steps and cosine decay, clipping to norm 1, "
        + "EMA 0.998, 5000 steps, since the run is short";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new(
            "quickstart",
            "small pictures, to begin with",
            "Min-SNR weighting (Hang et al. 2023, arXiv:2303.09556) of velocity prediction (Salimans and Ho 2022, "
                + "arXiv:2202.00512) on the cosine schedule (Nichol and Dhariwal 2021, arXiv:2102.09672). "
                + "Departs: a small U-Net, batch 32, rate 2e-3 with cosine decay, 800 steps, EMA 0.99.",
            [28, 28, 1],
            Quickstart),
        new(
            "points",
            "vectors and points in the plane",
            "DDPM's noise prediction, linear schedule and simple loss (Ho et al. 2020, arXiv:2006.11239). "
                + "Departs: an MLP for points instead of a U-Net, batch 1024, rate 2e-3 with cosine decay, EMA 0.998, 8000 steps.",
            [2],
            Points),
        new(
            "mnist",
            "28×28 grey digits by DDPM",
            "DDPM (Ho et al. 2020, arXiv:2006.11239). Departs: velocity prediction, cosine schedule and min-SNR weighting as in quickstart; "
                + $"no dropout; {Small}.",
            [28, 28, 1],
            Mnist),
        new(
            "mnist-ve",
            "28×28 grey digits by the variance-exploding score SDE",
            "NCSN++ under the VE SDE in continuous time (Song et al. "
                + "2021, arXiv:2011.13456): the score from a Fourier embedding of ln σ, sums of residual blocks divided by √2 but for the middle's, "
                + "the loss weighted with σ². Departs: data in [−1, 1], so σ from 0.02, twice the paper's, to 32, "
                + "beyond the largest distance of two digits; plain resampling, no skip blocks, no dropout; t from 0, not 1e-5; "
                + $"mean of the squared error, not half its sum; {Small}.",
            [28, 28, 1],
            MnistVe),
        new(
            "mnist-vp",
            "28×28 grey digits by the variance-preserving score SDE",
            "VP SDE in continuous time (Song et al. "
                + "2021, arXiv:2011.13456): β from 0.1 to 20, noise prediction, t even in [1e-3, 1], mean-squared loss. "
                + $"Departs: least time 1e-3 in training too, not 1e-5; DDPM's blocks, not DDPM++'s; no dropout; {Small}.",
            [28, 28, 1],
            MnistVp),
        new(
            "mnist-edm",
            "28×28 grey digits by EDM",
            "EDM (Karras et al. 2022, arXiv:2206.00364): preconditioning with σ_data 0.5, ln σ ~ N(−1.2, 1.2²), its loss weighting, "
                + "σ 0.002 to 80. Departs: Adam's rate is not held after a ramp-up; no augmentation, no dropout; "
                + $"mean of the squared error, not its sum; {Small}.",
            [28, 28, 1],
            MnistEdm),
        new(
            "mnist-flow",
            "28×28 grey digits by flow matching",
            "Rectified flow (Liu et al. 2022, arXiv:2209.03003) with logit-normal times (Esser et al. 2024, arXiv:2403.03206). "
                + $"Departs: independent pairs, no reflow; a U-Net, not a transformer; {Small}.",
            [28, 28, 1],
            MnistFlow),
        new(
            "mnist-iddpm",
            "28×28 grey digits by improved DDPM: the variance of steps is learned",
            "Improved DDPM (Nichol and Dhariwal 2021, arXiv:2102.09672): cosine schedule, noise prediction, "
                + $"L_simple + 0.001 L_vlb with the mean detached, scale and shift by time, four heads. Departs: 1000 levels, not 4000; no dropout; {Small}.",
            [28, 28, 1],
            MnistIddpm),
        new(
            "mnist-ncsn",
            "28×28 grey digits by NCSNv2: denoising score matching, annealed Langevin dynamics",
            "NCSNv2 (Song and Ermon 2020, arXiv:2006.09011, after 2019, arXiv:1907.05600): "
                + "σ_max the largest distance in the data (of 2000 samples), levels by technique 2, one network that does not see σ, divided by it, "
                + "loss σ²·|s + ε/σ|², EMA, annealed Langevin with final denoising. Departs: data in [−1, 1] and so σ_min 0.02, not 0.01 in [0, 1]; "
                + "a U-Net with group norm and SiLU, not a RefineNet with InstanceNorm++ and ELU; EMA decay 0.998, not 0.999; "
                + $"mean of the squared error, not half its sum; {Small}.",
            [28, 28, 1],
            MnistNcsn),
        new(
            "points-ncsn",
            "points in the plane by NCSN: plain and annealed Langevin dynamics side by side; made for two-modes",
            "NCSN (Song and Ermon 2019, arXiv:1907.05600): 10 geometric levels, denoising score matching weighted by σ², "
                + "100 Langevin steps a level. Departs: an MLP that gives ε = −σ s, the score in units of its noise, and sees 250 ln σ; "
                + "σ from 0.05 to the largest distance in the data, not from 0.01 to 1; EMA and final denoising as in arXiv:2006.09011; "
                + "mean of the squared error, not half its sum; "
                + "batch 1024, rate 2e-3 with 100 warm-up steps and cosine decay, clipping to norm 1, EMA 0.998, 8000 steps.",
            [2],
            PointsNcsn),
        new(
            "cifar10",
            "the DDPM paper's CIFAR-10 network and recipe, 35.7 M parameters",
            "DDPM on CIFAR-10 exactly (Ho et al. "
                + "2020, arXiv:2006.11239, appendix B): linear schedule, noise prediction, Adam 2e-4 after 5000 warm-up steps, batch 128, dropout 0.1, "
                + "flips, clipping to norm 1, EMA 0.9999, 800,000 steps.",
            [32, 32, 3],
            Cifar10),
        new(
            "cifar10-ncsnpp",
            "NCSN++ on CIFAR-10 by the variance-exploding score SDE, 61.9 M parameters",
            "NCSN++ cont. (VE) on CIFAR-10 (Song et al. "
                + "2021, arXiv:2011.13456, appendix H): σ from 0.01 to 50, score of a network that divides by σ, width 128, "
                + "four residual blocks a level, attention at 16×16, FIR resampling, sums over √2, Fourier features of ln σ with scale 16, "
                + "Adam 2e-4 after 5000 warm-up steps, batch 128, dropout 0.1, flips, clipping to norm 1, "
                + "EMA 0.999 that warms up by (1 + n)/(10 + n) as in its published code, 1.3 M steps. Departs: t from 0, not 1e-5; "
                + "pictures in [−1, 1], not [0, 1], with σ as it was, so half as much noise for each unit of data; "
                + "mean of the squared error, not half its sum; "
                + "diffusers' skip blocks: the smaller pictures are added to a level, not with a sum over √2 carried on, "
                + "and each level adds to the output on the way up.",
            [32, 32, 3],
            Cifar10NcsnPp),
    ];

    /// <summary>Finds a preset.</summary>
    /// <param name="name">As on the command line, such as <c>mnist</c>.</param>
    /// <exception cref="ArgumentException">There is none of this name; the message lists them.</exception>
    public static Preset Find(string name) =>
        All.FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException($"--preset: '{name}' is unknown; there are {string.Join(", ", All.Select(p => p.Name))}.");

    /// <summary>The preset for samples of a shape where none is named.</summary>
    /// <param name="sample">The shape of one sample: [H, W, C] or [D].</param>
    public static Preset Default(Shape sample) => Find(sample.Rank == 1 ? "points" : "quickstart");

    private static RunConfig Quickstart(string data, Shape sample) => new(data, "quickstart")
    {
        UNet = Pictures(sample, [32, 32, 64]),
        Schedule = ScheduleConfig.Cosine,
        Prediction = Prediction.Velocity,
        Weighting = LossWeighting.MinSnr,
        Steps = 800,
        Batch = 32,
        Optimizer = new AdamOptions(Rate: 2e-3, ClipNorm: 1),
        RateCurve = RateCurve.Cosine,
        WarmupSteps = 50,
        Ema = new EmaOptions(MaxDecay: 0.99),
        SampleEvery = 200,
        SampleCount = 64,
        SampleSteps = 25,
        CheckpointEvery = 200,
    };

    private static RunConfig Mnist(string data, Shape sample) => Quickstart(data, sample) with
    {
        Preset = "mnist",
        Steps = 5000,
        Ema = new EmaOptions(MaxDecay: 0.998),
        WarmupSteps = 100,
        SampleEvery = 1000,
        SampleSteps = 50,
        CheckpointEvery = 500,
    };

    private static RunConfig MnistVe(string data, Shape sample)
    {
        var mnist = Mnist(data, sample);
        return mnist with
        {
            Preset = "mnist-ve",
            UNet = mnist.UNet! with { TimeEmbedding = TimeEmbeddingKind.Fourier, ResidualScale = Math.Sqrt(2) },
            Schedule = new VeGeometricScheduleConfig(SigmaMin: 0.02, SigmaMax: 32),
            Prediction = Prediction.Score,
            Weighting = LossWeighting.Simple,
        };
    }

    private static RunConfig MnistVp(string data, Shape sample) => Mnist(data, sample) with
    {
        Preset = "mnist-vp",
        Schedule = ScheduleConfig.VpLinear,
        Prediction = Prediction.Noise,
        Weighting = LossWeighting.Simple,
    };

    private static RunConfig MnistEdm(string data, Shape sample) => Mnist(data, sample) with
    {
        Preset = "mnist-edm",
        Schedule = ScheduleConfig.Edm,
        Prediction = Prediction.Data,
        Preconditioning = new PreconditioningConfig(),
        Weighting = LossWeighting.Edm,
        Levels = new LevelConfig(LevelDistribution.LogNormal),
    };

    private static RunConfig MnistFlow(string data, Shape sample) => Mnist(data, sample) with
    {
        Preset = "mnist-flow",
        Schedule = ScheduleConfig.Flow,
        Prediction = Prediction.Flow,
        Weighting = LossWeighting.Simple,
        Levels = new LevelConfig(LevelDistribution.LogitNormal),
    };

    private static RunConfig MnistIddpm(string data, Shape sample)
    {
        var mnist = Mnist(data, sample);
        return mnist with
        {
            Preset = "mnist-iddpm",
            UNet = mnist.UNet! with { OutChannels = 2 * sample[^1], ScaleShift = true },
            Prediction = Prediction.Noise,
            Weighting = LossWeighting.Simple,
            LearnedVariance = new LearnedVarianceConfig(),
        };
    }

    private static RunConfig Points(string data, Shape sample) => new(data, "points")
    {
        Mlp = new MlpOptions(sample[0]),
        Steps = 8000,
        Batch = 1024,
        Optimizer = new AdamOptions(Rate: 2e-3, ClipNorm: 1),
        RateCurve = RateCurve.Cosine,
        WarmupSteps = 100,
        Ema = new EmaOptions(MaxDecay: 0.998),
        LogEvery = 100,
        SampleEvery = 2000,
        SampleSteps = 100,
        CheckpointEvery = 2000,
    };

    private static RunConfig MnistNcsn(string data, Shape sample)
    {
        var mnist = Mnist(data, sample);
        return mnist with
        {
            Preset = "mnist-ncsn",
            UNet = mnist.UNet! with { TimeEmbedding = TimeEmbeddingKind.None },
            Schedule = new GeometricScheduleConfig(SigmaMin: 0.02),
            Prediction = Prediction.Score,
            Weighting = LossWeighting.Simple,

            // A sheet takes about ten times the calls of one by DDIM.
            SampleEvery = 2500,
        };
    }

    private static RunConfig PointsNcsn(string data, Shape sample) => Points(data, sample) with
    {
        Preset = "points-ncsn",
        Schedule = new GeometricScheduleConfig(Levels: 10, SigmaMin: 0.05),
        SampleSteps = 10,
    };

    private static RunConfig Cifar10(string data, Shape sample) => new(data, "cifar10")
    {
        UNet = new UNet2DOptions
        {
            SampleSize = sample[0],
            InChannels = sample[^1],
            OutChannels = sample[^1],
            Channels = [128, 256, 256, 256],
            LayersPerBlock = 2,
            DownBlocks = [BlockKind.Plain, BlockKind.Attention, BlockKind.Plain, BlockKind.Plain],
            UpBlocks = [BlockKind.Plain, BlockKind.Plain, BlockKind.Attention, BlockKind.Plain],
            DownsamplePadding = 0,
            CosineFirst = false,
            FrequencyShift = 1,
            NormEpsilon = 1e-6,
            HeadWidth = null,
            Dropout = 0.1,
            Initialization = InitializationScheme.Ddpm,
        },
        Steps = 800_000,
        Batch = 128,
        Optimizer = new AdamOptions(Rate: 2e-4, Decoupled: false, ClipNorm: 1),
        WarmupSteps = 5000,
        Ema = new EmaOptions(MaxDecay: 0.9999, MinDecay: 0.9999),
        Flip = true,
        LogEvery = 100,
        SampleEvery = 10_000,
        CheckpointEvery = 1000,
    };

    // Halved between levels: attention where there are fewest pixels.
    private static UNet2DOptions Pictures(Shape sample, int[] channels) => new()
    {
        SampleSize = sample[0],
        InChannels = sample[^1],
        OutChannels = sample[^1],
        Channels = channels,
        LayersPerBlock = 1,
        DownBlocks = [.. channels.Select((_, i) => i == channels.Length - 1 ? BlockKind.Attention : BlockKind.Plain)],
        UpBlocks = [.. channels.Select((_, i) => i == 0 ? BlockKind.Attention : BlockKind.Plain)],
        NormGroups = 16,
        HeadWidth = 16,
    };

    private static RunConfig Cifar10NcsnPp(string data, Shape sample) => new(data, "cifar10-ncsnpp")
    {
        UNet = new UNet2DOptions
        {
            SampleSize = sample[0],
            InChannels = sample[^1],
            OutChannels = sample[^1],
            TimeEmbedding = TimeEmbeddingKind.Fourier,
            Channels = [128, 256, 256, 256],
            LayersPerBlock = 4,
            DownBlocks = [BlockKind.Skip, BlockKind.AttentionSkip, BlockKind.Skip, BlockKind.Skip],
            UpBlocks = [BlockKind.Skip, BlockKind.Skip, BlockKind.AttentionSkip, BlockKind.Skip],
            MidScale = Math.Sqrt(2),
            Dropout = 0.1,
            HeadWidth = null,
            NormGroups = null,
            NormEpsilon = 1e-6,
            Initialization = InitializationScheme.Ddpm,
        },
        Schedule = ScheduleConfig.VeGeometric,
        Prediction = Prediction.Score,
        Steps = 1_300_000,
        Batch = 128,
        Optimizer = new AdamOptions(Rate: 2e-4, Decoupled: false, ClipNorm: 1),
        WarmupSteps = 5000,
        Ema = new EmaOptions(MaxDecay: 0.999),
        Flip = true,
        LogEvery = 100,
        SampleEvery = 10_000,
        SampleSteps = 250,
        CheckpointEvery = 1000,
    };
}
