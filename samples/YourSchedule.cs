#:project ../src/DiffusionSharp
#:property PublishAot=false

// A schedule of your own, tried without any network: the exact denoiser of a few points says what a perfect model would do with it.
using DiffusionSharp;
using DiffusionSharp.Schedules;

// β rises as a square root instead of a line, over 200 levels.
double[] betas = [.. Enumerable.Range(1, 200).Select(t => 0.06 * Math.Sqrt(t / 200.0))];
var schedule = DiscreteSchedule.FromBetas(betas);
var half = Enumerable.Range(0, 200).First(t => schedule.LogSnr(t) < 0);
Console.WriteLine($"α falls from {schedule.Alpha(0):0.000} to {schedule.Alpha(199):0.0000}; noise outweighs signal from level {half} on");

var points = DataSource.From(new float[,] { { 1, 0 }, { -1, 0 }, { 0, 1.5f } });
var model = DiffusionModel.Exact(points, schedule);
foreach (var steps in new[] { 5, 10, 25, 100 })
{
    var samples = model.Sample(1000, seed: 1, steps: steps).Values;
    var off = Enumerable.Range(0, 1000).Average(k => Nearest(samples[k, 0], samples[k, 1]));
    Console.WriteLine($"{steps,3} steps: {off:0.00000} from the nearest point on average");
}

// A model is trained on it by its levels: new TrainOptions { Schedule = schedule }.
static double Nearest(double x, double y) => Math.Min(Math.Min(double.Hypot(x - 1, y), double.Hypot(x + 1, y)), double.Hypot(x, y - 1.5));
