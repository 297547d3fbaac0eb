#:project ../src/DiffusionSharp.Training
#:property PublishAot=false

// Points and a network of one's own: a source of data is a class, a recipe is a record, and training is an enumeration.
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Runs;

var run = args.Length > 0 ? args[0] : "heart-run";
var config = new RunConfig(
    Data: "heart",
    Preset: "my own",
    Mlp: new MlpOptions(Dimensions: 2, Width: 96, Layers: 3),
    Schedule: new ScheduleConfig(ScheduleKind.Cosine),
    Prediction: Prediction.Velocity,
    Steps: args.Length > 1 ? int.Parse(args[1]) : 3000,
    Batch: 256,
    Optimizer: new AdamOptions(Rate: 2e-3, ClipNorm: 1),
    RateCurve: RateCurve.Cosine,
    Ema: new EmaOptions(MaxDecay: 0.99));

using var threads = new Parallelism(Environment.ProcessorCount);
var trainer = new RunFolder(run).Exists
    ? Trainer.Resume(config, new Heart(), run, threads)
    : Trainer.Start(config, new Heart(), run, threads);
foreach (var step in trainer.Run(TimeProvider.System))
    if (step.Step % Math.Max(1, step.Steps / 5) == 0) Console.WriteLine($"step {step.Step}: loss {step.Loss:0.000}");

// The folder now holds checkpoints; the trainer still holds the model.
var model = trainer.Model(config.Steps);
var grid = Timesteps.Trailing(levels: 1000, steps: 50);
var samples = new DdimSampler(model.Schedule, grid).Sample(model.Denoiser(1000, threads), [1000, 2], new SeededNoise(new Rng(seed: 1)));
SampleSheet.Write(Path.Combine(run, "heart.svg"), model, samples);
Console.WriteLine($"wrote {Path.Combine(run, "heart.svg")}");

/// <summary>A curve in the plane: sample k depends on k alone.</summary>
internal sealed class Heart() : DataSource("heart", [2], count: 100_000, classNames: [])
{
    protected override void Fill(int index, Span<float> destination)
    {
        var a = Math.Tau * new Rng(seed: 7).Uniform((ulong)index);
        destination[0] = (float)(1.3 * Math.Pow(Math.Sin(a), 3));
        destination[1] = (float)((13 * Math.Cos(a) - 5 * Math.Cos(2 * a) - 2 * Math.Cos(3 * a) - Math.Cos(4 * a)) / 12);
    }

    protected override int ClassOf(int index) => throw new NotSupportedException("A heart has no classes.");
}
