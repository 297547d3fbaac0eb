#:project ../src/DiffusionSharp.Stochastics
#:project ../src/DiffusionSharp.Figures
#:property PublishAot=false

// An equation of your own: a particle in two wells that are tilted to and fro by a slow force, dx = (x − x³ + A cos ωt) dt + g dw.
// Its density needs no sampling: the Fokker–Planck equation gives it at every time, mass and sign kept, and the current with it.
// At the right strength of the noise the hops fall into step with the force, which alone is too weak to push anything over the barrier.
using DiffusionSharp.Figures;
using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Tensors;

const double amplitude = 0.15, omega = 0.05, noise = 0.45;
const int shots = 200, stepsPerShot = 20;
var period = 2 * Math.PI / omega;
var grid = new CellGrid(-2.2, 2.2, 220);
var equation = new FokkerPlanck1D(grid, (x, t) => x - (x * x * x) + (amplitude * Math.Cos(omega * t)), (_, _) => noise);

// Two periods to forget the start, two to be drawn.
var p = equation.Advance(GridDensity.Point(grid, -1), -2 * period, 0, 2000);
double[] times = [.. Enumerable.Range(0, shots).Select(k => 2 * period * (k + 0.5) / shots)];
var (t, mean, current, values) = (0.0, new double[shots], new double[shots], new double[grid.Cells * shots]);
for (var k = 0; k < shots; k++)
{
    (p, t) = (equation.Advance(p, t, times[k], stepsPerShot), times[k]);
    mean[k] = p.Mean;
    current[k] = equation.Current(p, t)[grid.Cells / 2];
    for (var i = 0; i < grid.Cells; i++) values[(i * shots) + k] = p.Values[i];
}

Console.WriteLine($"mass {p.Mass:0.000000000000}, least density {p.Least:G3}");
Console.WriteLine($"the mean swings between {mean.Min():0.00} and {mean.Max():0.00}; the wells are at ±1, the force is {amplitude} where {2 / Math.Sqrt(27):0.00} would push over the barrier");

var density = new SvgPlot([new HeatMapSeries("density", times, grid.Centres(), new Tensor([grid.Cells, shots], values)), new LineSeries("mean (white)", times, mean) { Color = "#ffffff" }])
{ Title = "Two wells, tilted to and fro", XLabel = "time", YLabel = "x", Width = 820 };
var flow = new SvgPlot([new LineSeries("current over the barrier", times, current), new LineSeries("force / 10", times, [.. times.Select(s => amplitude * Math.Cos(omega * s) / 10)]) { Dashed = true }])
{ Title = "In step with the force", XLabel = "time", YLabel = "probability per unit of time", Width = 820, Height = 260 };
var file = args.Length > 0 ? args[0] : "double-well.svg";
File.WriteAllText(file, SvgPanels.Grid([density, flow], 1));
Console.WriteLine($"wrote {file}");
