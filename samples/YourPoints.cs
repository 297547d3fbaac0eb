#:project ../src/DiffusionSharp
#:property PublishAot=false

// Your own numbers: rows of a table, here points on a heart, each labelled left or right.
using DiffusionSharp;

var steps = args.Length > 1 ? int.Parse(args[1]) : 3000;
var points = Enumerable.Range(0, 20_000).Select(i => Math.Tau * i / 20_000).Select(a => (
    Values: new[] { (float)(1.3 * Math.Pow(Math.Sin(a), 3)), (float)((13 * Math.Cos(a) - 5 * Math.Cos(2 * a) - 2 * Math.Cos(3 * a) - Math.Cos(4 * a)) / 12) },
    Class: a < Math.PI ? "right" : "left"));

// No folder: the model is trained in memory. Conditional: it learns the class too, and guidance with it.
var model = DiffusionModel.Train(DataSource.From(points, "heart"), steps: steps, options: new TrainOptions { Conditional = true, Batch = 256 });

var file = args.Length > 0 ? args[0] : "heart.svg";
model.Sample(2000, seed: 1).Save(file);
var left = model.Sample(1000, seed: 1, options: new SampleOptions { Class = "left", Guidance = 1.5 });
Console.WriteLine($"{Enumerable.Range(0, 1000).Count(k => left.Values[k, 0] < 0) / 10.0} % of the samples of class left lie on the left");
Console.WriteLine($"wrote {file}");
