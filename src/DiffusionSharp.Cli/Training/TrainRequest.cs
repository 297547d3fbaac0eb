using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Configuration;

namespace DiffusionSharp.Cli.Training;

/// <summary>What the command line asks of a training run; null is left to the recipe or to the run that is resumed.</summary>
internal sealed record TrainRequest(
    string? Data,
    string Out,
    string? Preset,
    string? ConfigFile,
    int? Steps,
    int? Batch,
    ulong? Seed,
    int? Size,
    int? Channels,
    double? Rate,
    Prediction? Prediction,
    ScheduleKind? Schedule,
    Precision? Precision,
    bool Conditional,
    double? LabelDropout,
    string? Labels,
    int? Accumulate,
    double? EmaHalfLife,
    WeightStorage? Storage,
    int Threads,
    bool Resume,
    bool Json)
{
    /// <summary>A configuration with what the command line asks for in place.</summary>
    /// <param name="config">Where it starts.</param>
    /// <param name="begun">Whether it is that of a run that has begun, whose warm-up must stay.</param>
    public RunConfig Apply(RunConfig config, bool begun) => (Steps is not { } steps || steps == config.Steps ? config : begun ? config with { Steps = steps } : config.WithSteps(steps)) with
    {
        Size = Size ?? config.Size,
        Channels = Channels ?? config.Channels,
        Batch = Batch ?? config.Batch,
        Seed = Seed ?? config.Seed,
        Precision = Precision ?? config.Precision,
        Conditioning = LabelDropout is { } dropout ? config.Conditioning! with { LabelDropout = dropout } : config.Conditioning,
        Prediction = Prediction ?? config.Prediction,
        Schedule = Schedule is { } kind && kind != config.ScheduleOrDefault().Kind ? new ScheduleConfig(kind) : config.Schedule,
        Accumulate = Accumulate ?? config.Accumulate,
        Ema = EmaHalfLife is { } halfLife ? new EmaOptions(HalfLife: halfLife, RampUp: EmaOptions.EdmRampUp) : config.Ema,
        Storage = Storage ?? config.Storage,
        Optimizer = Rate is { } rate ? config.OptimizerOrDefault() with { Rate = rate } : config.Optimizer,
    };
}
