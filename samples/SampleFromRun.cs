#:project ../src/DiffusionSharp
#:property PublishAot=false

// Samples from a run that `diffusion train --data moons --out moons-run` made, watched step by step.
using DiffusionSharp;

var run = args.Length > 0 ? args[0] : "moons-run";
var model = DiffusionModel.Open(run);
foreach (var step in model.Steps(64, seed: 0))
    if (step.Index % 10 == 0 || step.IsLast)
        Console.WriteLine($"step {step.Index + 1} of {step.Count}: time {step.Time:0}, largest value {step.X.MaxAbs():0.00}");

var file = args.Length > 1 ? args[1] : model.IsPictures ? "samples.png" : "samples.svg";
model.Sample(64, seed: 0).Save(file);
Console.WriteLine($"wrote 64 samples to {file}");
