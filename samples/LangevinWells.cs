#:project ../src/DiffusionSharp.Stochastics
#:project ../src/DiffusionSharp.Figures
#:property PublishAot=false

// A thousand particles on the surface of Müller and Brown, all let go in its upper well. Langevin's equation with inertia shakes them over the
// barriers; Boltzmann's law says how many each well holds in the end. Take another Potential, process or integrator for a problem of your own.
using DiffusionSharp.Figures;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;

const int count = 1000;
const double temperature = 20; // the way out of the upper well leads over a barrier of 106
var surface = new MullerBrown();
using var threads = new Parallelism(Environment.ProcessorCount);

var process = new UnderdampedLangevin(surface, friction: 2, temperature);
var particles = new PathEnsemble(process, new Baoab());
double[] times = [0, 0.5, 2, 8, 30];
var states = particles.Run(PathEnsemble.SameStart(count, -0.558, 1.442, 0, 0), times, step: 0.01, new Rng(seed: 1), threads);

// The exact share of the upper well, y > 0.9, from sums over a grid.
var (x, y) = (Points(-1.7, 1.2, 117), Points(-0.6, 2.1, 109));
var energy = Tensor.Create([y.Length, x.Length], u =>
{
    for (var i = 0; i < u.Length; i++) u[i] = surface.Energy([x[i % x.Length], y[i / x.Length]]);
});
var weights = energy.Map(u => Math.Exp(-u / temperature)).Values.ToArray();
var upper = weights.Where((_, i) => y[i / x.Length] > 0.9).Sum() / weights.Sum();
for (var i = 0; i < times.Length; i++)
    Console.WriteLine($"t = {times[i],4}: {Enumerable.Range(0, count).Count(k => states[i].Sample(k)[1] > 0.9) / (double)count:0.000} of the particles in the upper well");
Console.WriteLine($"Boltzmann: {upper:0.000}");

var panels = new[] { 1, 2, 4 }.Select(i => new SvgPlot(
[
    new ContourSeries("", x, y, energy) { Levels = [.. Points(-140, 60, 11)], Color = "#9aa0a6" },
    new PointSeries("", [.. Enumerable.Range(0, count).Select(k => states[i].Sample(k)[0])], [.. Enumerable.Range(0, count).Select(k => states[i].Sample(k)[1])]),
])
{ Title = $"t = {times[i]}", XRange = (-1.7, 1.2), YRange = (-0.6, 2.1), Width = 400, Height = 400 }).ToArray();
var file = args.Length > 0 ? args[0] : "langevin-wells.svg";
File.WriteAllText(file, SvgPanels.Grid(panels));
Console.WriteLine($"wrote {file}");

static double[] Points(double low, double high, int count) => [.. Enumerable.Range(0, count).Select(i => low + ((high - low) * i / (count - 1)))];
