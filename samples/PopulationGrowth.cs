#:project ../src/DiffusionSharp.Stochastics
#:project ../src/DiffusionSharp.Figures
#:property PublishAot=false

// An equation of one's own, seen twice: as paths of a stochastic differential equation, and as the density that they make together.
// A population X (in units of what its land feeds) grows at rate r, and good and bad years multiply it: dX = r X (1 − X) dt + s X dW, in Itô's reading.
using DiffusionSharp.Figures;
using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;

const double r = 0.6, s = 0.35, start = 0.15;
const int paths = 50_000;
double[] years = [0, 2, 5, 20];
using var threads = new Parallelism(Environment.ProcessorCount);

// Noise that depends on the state wants Milstein's scheme, which wants the derivative of the noise: strong order 1 in place of ½.
var growth = FunctionProcess.Scalar((x, _) => r * x * (1 - x), (x, _) => s * x, (_, _) => s);
var ensemble = new PathEnsemble(growth, new Milstein());
var states = ensemble.Run(PathEnsemble.SameStart(paths, start), years, step: 0.01, new Rng(seed: 1), threads);
var few = ensemble.Run(PathEnsemble.SameStart(6, start), [.. Enumerable.Range(0, 201).Select(i => i * 0.1)], step: 0.01, new Rng(seed: 1), threads);

// The same equation for the density, on 600 cells; mass is kept to rounding and nothing becomes negative.
var grid = new CellGrid(0, 4, 600);
var equation = new FokkerPlanck1D(grid, x => r * x * (1 - x), x => s * x);
var density = GridDensity.Point(grid, start);
var plots = new List<SvgPlot>
{
    new([.. Enumerable.Range(0, 6).Select(k => new LineSeries("", [.. Enumerable.Range(0, 201).Select(i => i * 0.1)], [.. few.Select(x => x.Values[k])]) { Width = 1 })])
    { Title = "Six populations", XLabel = "years", YLabel = "X", Width = 420, Height = 300 },
};
for (var i = 1; i < years.Length; i++)
{
    density = equation.Advance(density, years[i - 1], years[i], steps: 400);
    var mean = states[i].Mean();
    Console.WriteLine($"after {years[i]} years: mean {mean:0.0000} of {paths} paths, {density.Mean:0.0000} of the density, whose mass is 1 {(density.Mass - 1 < 0 ? '−' : '+')} {Math.Abs(density.Mass - 1):0.0e0}");
    plots.Add(new SvgPlot([HistogramSeries.Of("paths", states[i].Values, 60, (0, 3)), new LineSeries("Fokker–Planck", grid.Centres(), density.Values.ToArray())])
    { Title = $"After {years[i]} years", XLabel = "X", YLabel = "density", XRange = (0, 3), Width = 420, Height = 300 });
}

var file = args.Length > 0 ? args[0] : "population.svg";
File.WriteAllText(file, SvgPanels.Grid(plots, columns: 2));
Console.WriteLine($"wrote {file}");
