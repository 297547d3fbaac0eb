using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>The one place where text of the command line becomes a type.</summary>
internal static class Choices
{
    public static Choice<ScheduleConfig> Schedules { get; } = new([.. ScheduleCatalog.All.Select(e => (e.Name, e.Default, e.Description))]);

    public static Choice<Prediction> Predictions { get; } = new(
        ("noise", Prediction.Noise, "ε, the noise"),
        ("data", Prediction.Data, "x₀, the data"),
        ("velocity", Prediction.Velocity, "v = α ε − σ x₀"),
        ("score", Prediction.Score, "∇ ln p = −ε/σ"),
        ("flow", Prediction.Flow, "u = ε − x₀, the velocity of the straight path"));

    public static Choice<RateCurve> RateCurves { get; } = new(
        ("constant", RateCurve.Constant, "stays"),
        ("linear", RateCurve.Linear, "falls to 0 in a straight line"),
        ("cosine", RateCurve.Cosine, "falls to 0 as a cosine"));

    public static Choice<Precision> Precisions { get; } = new(
        ("fast", Precision.Fast, "Winograd's F(4×4, 3×3) for 3×3 convolutions, largest error about 1e-5 of the largest value"),
        ("exact", Precision.Exact, "plain sums of products"));

    public static Choice<ProfileGrouping> Groupings { get; } = new(
        ("kind", ProfileGrouping.Kind, "operations"),
        ("layer", ProfileGrouping.Layer, "layers"),
        ("step", ProfileGrouping.Step, "every step"));

    public static Choice<Spacing> Spacings { get; } = new(
        ("trailing", Spacing.Trailing, "trained timesteps round(T − i·T/S) − 1"),
        ("leading", Spacing.Leading, "trained timesteps i·⌊T/S⌋; may stop short of the noisiest"),
        ("linspace", Spacing.Linspace, "trained timesteps evenly from 0 to T − 1"),
        ("quadratic", Spacing.Quadratic, "trained timesteps at the squares of evenly spaced numbers, up to 0.8 T"),
        ("uniform", Spacing.Uniform, "evenly in time"),
        ("log-snr", Spacing.LogSnr, "evenly in the log SNR (Lu et al. 2022, arXiv:2206.00927)"),
        ("karras", Spacing.Karras, "the seventh root of σ/α evenly (Karras et al. 2022, arXiv:2206.00364)"),
        ("polyexponential", Spacing.Polyexponential, "ln σ/α by the power 1.5: more steps near the data"),
        ("beta", Spacing.Beta, "dense at both ends (Lee et al. 2024, arXiv:2407.12173)"),
        ("ays-sd", Spacing.AlignedSd, "aligned steps of Stable Diffusion 1.5 (Sabour et al. 2024, arXiv:2404.14507)"),
        ("ays-sdxl", Spacing.AlignedSdxl, "aligned steps of Stable Diffusion XL"),
        ("ays-deepfloyd", Spacing.AlignedDeepFloyd, "aligned steps of DeepFloyd-IF"),
        ("ays-svd", Spacing.AlignedSvd, "aligned steps of Stable Video Diffusion"));

    public static Choice<DdpmVariance> Variances { get; } = new(
        ("small", DdpmVariance.FixedSmall, "β̃, the posterior's"),
        ("large", DdpmVariance.FixedLarge, "β, the forward step's"),
        ("learned-range", DdpmVariance.LearnedRange, "what the network puts between the two; for networks that learned it"));

    public static Choice<WeightStorage> Storages { get; } = new(
        ("float32", WeightStorage.Float32, "as they are trained"),
        ("float16", WeightStorage.Float16, "half the size, 11 significant bits, up to 65504"),
        ("bfloat16", WeightStorage.Bfloat16, "half the size, 8 significant bits, the range of float32"));
}
