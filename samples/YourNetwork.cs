#:project ../src/DiffusionSharp
#:property PublishAot=false

// A network of your own: a function from nodes to a node. Shapes are checked while it is built; its gradient, the plan and the training step follow.
using DiffusionSharp;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Layers;

var run = args.Length > 0 ? args[0] : "runs/own-network";
var steps = args.Length > 1 ? int.Parse(args[1]) : 2000;

// Two residual layers; time comes in by sines and cosines, added to each.
static Node Residual(NetworkInputs inputs)
{
    var layers = new LayerBuilder(inputs.Graph);
    var time = Op.Silu(layers.Linear("time", Op.SinusoidalFeatures(inputs.T, 64), 128));
    var h = layers.Linear("in", inputs.X, 128);
    for (var i = 0; i < 2; i++) h += layers.Linear($"out.{i}", Op.Silu(layers.Linear($"hidden.{i}", h + time, 128)), 128);
    return layers.Linear("head", Op.Silu(h), inputs.X.Shape[^1]);
}

var model = DiffusionModel.Train(DataSource.Open("moons"), run, steps, new TrainOptions { Network = Residual });
model.Sample(2000, seed: 1).Save(Path.Combine(run, "moons.svg"));

// A function is not in the run's folder: who opens it brings it along.
var again = DiffusionModel.Open(run, new OpenOptions { Network = Residual });
Console.WriteLine($"{again}; the same samples: {again.Sample(8, seed: 1).Values.Values.SequenceEqual(model.Sample(8, seed: 1).Values.Values)}");
