#:project ../src/DiffusionSharp.Training
#:property PublishAot=false

// Samples from the folder of a run that `diffusion train --data moons --out moons-run` made, watched step by step.
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

const int count = 64;
var run = args.Length > 0 ? args[0] : "moons-run";
var model = TrainedModel.Load(run);
using var threads = new Parallelism(Environment.ProcessorCount);
var denoiser = model.Denoiser(count, threads);

// 50 of the trained noise levels, from pure noise to data; η = 0 makes DDIM deterministic.
var grid = model.Config.ScheduleOrDefault().Grid(model.Schedule, TimestepSpacing.Trailing, steps: 50);
var sampler = new DdimSampler(model.Schedule, grid, eta: 0);
var samples = Tensor.Zeros([0]);
foreach (var step in sampler.Steps(denoiser, model.SampleShape.Prepend(count), new SeededNoise(new Rng(seed: 0))))
{
    samples = step.X;
    if (step.Index % 10 == 0 || step.IsLast) Console.WriteLine($"step {step.Index + 1} of {step.Count}: time {step.Time:0}, largest value {samples.MaxAbs():0.00}");
}

var file = args.Length > 1 ? args[1] : "samples" + SampleSheet.Extension(model.SampleShape);
SampleSheet.Write(file, model, samples);
Console.WriteLine($"wrote {count} samples to {file}");
