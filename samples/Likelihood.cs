#:project ../src/DiffusionSharp
#:property PublishAot=false

// How likely is a sample? The probability flow gives ln p of each, and what looks like the data is told from what does not.
using DiffusionSharp;

var folder = args.Length > 0 ? args[0] : "runs/likelihood";
var steps = args.Length > 1 ? int.Parse(args[1]) : 4000;
var model = DiffusionModel.Train(DataSource.Open("moons"), folder, steps);

var inside = model.LogLikelihood(DataSource.Open("moons", new DataSourceOptions(Count: 200, Split: DataSplit.Test)));
var outside = model.LogLikelihood(DataSource.From(new float[,] { { 0, 3 }, { 2.5f, -2 }, { -2, -2 } }));
Console.WriteLine($"data held back: ln p {-inside.MeanNats.Value:0.00} ± {inside.MeanNats.StandardError:0.00} a point on average");
Console.WriteLine($"points far off: ln p {string.Join(", ", outside.LogDensity.ToArray().Select(v => $"{v:0.0}"))}");

// The same flow carries data to noise and back.
var some = model.Sample(100, seed: 1).Values;
var back = model.Decode(model.Encode(some, steps: 200), steps: 200);
Console.WriteLine($"to noise and back: {(back - some).MaxAbs():0.000} off at most");
