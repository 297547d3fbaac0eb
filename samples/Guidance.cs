#:project ../src/DiffusionSharp
#:property PublishAot=false

// Classes and guidance: a small model of digits with their classes, drawn one row a class, without guidance and with it.
using DiffusionSharp;

var folder = args.Length > 0 ? args[0] : "runs/guidance";
var steps = args.Length > 1 ? int.Parse(args[1]) : 800;
var model = DiffusionModel.Train(DataSource.Open("digits", size: 16), folder, steps, new TrainOptions { Conditional = true });

// w = 1 is the class itself; above it samples are pushed further towards the class, at twice the network calls.
foreach (var w in new[] { 1.0, 3.0 })
{
    var samples = model.Sample(seed: 1, options: new SampleOptions { Class = "all", Guidance = w });
    samples.Save(Path.Combine(folder, $"guidance-{w:0}.png"));
    Console.WriteLine($"w = {w:0}: {samples.PerClass} of each of {samples.ClassNames.Count} classes, {samples.NetworkCalls} network calls");
}
