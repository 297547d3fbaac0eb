#:project ../src/DiffusionSharp
#:property PublishAot=false

// A sampler of your own beside those of the catalog: one class, one step. Here: Euler on the probability flow in ln(σ/α).
using DiffusionSharp;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

var law = GaussianMixture.Isotropic([0.3, 0.7], Tensor.From(new double[,] { { -2, 0 }, { 1, 1 } }), [0.04, 0.04]);
var model = DiffusionModel.Exact(law);
Console.WriteLine($"the law's own points: mean log-likelihood {Score(law.Draw(new Rng(seed: 1), 2000)):0.000} nats; few steps draw them too close together");
foreach (var steps in new[] { 10, 20, 40, 80 })
{
    var mine = new LogEuler(model.Schedule, model.Schedule.Grid(steps));
    var own = model.Sample(2000, seed: 1, options: new SampleOptions { Sampler = mine });
    var heun = model.Sample(2000, seed: 1, steps: steps, options: new SampleOptions { Sampler = "heun" });
    Console.WriteLine($"{steps,2} steps: mean log-likelihood {Score(own.Values):0.000} nats by {own.Sampler}, {Score(heun.Values):0.000} by {heun.Sampler}");
}

double Score(Tensor points) => law.LogDensity(points, model.Schedule.At(model.Schedule.CleanTime)).Mean();

/// <summary>y = x/α, u = ln(σ/α): dy/du = y − D. The last step, to clean data, takes the estimate itself.</summary>
internal sealed class LogEuler(Schedule schedule, TimeGrid grid) : Sampler(schedule, grid)
{
    public override int? Order => 1;

    public override int? CallsPerStep => 1;

    public override bool IsDeterministic => true;

    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, next) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var d = denoiser.Denoise(x, level);
            var y = x / level.Alpha;
            x = next.Sigma == 0 ? next.Alpha * d : next.Alpha * (y + (Math.Log(next.Ratio / level.Ratio) * (y - d)));
            yield return new SamplingStep(i, Grid.Count, Grid.Targets[i], x, d);
        }
    }
}
