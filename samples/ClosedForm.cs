#:project ../src/DiffusionSharp
#:property PublishAot=false

// Eight Gaussians on a circle are known in closed form at every noise level, so the best denoiser D(x, t) = E[x₀ | x_t] needs no network.
// Noise the data and guess it back; then start from pure noise and let two samplers walk to the data.
using DiffusionSharp;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

const int count = 1000;
var centres = Tensor.Create([8, 2], m =>
{
    for (var k = 0; k < 8; k++) (m[2 * k], m[(2 * k) + 1]) = (Math.Cos(k * Math.PI / 4), Math.Sin(k * Math.PI / 4));
});
var mixture = GaussianMixture.Isotropic(Enumerable.Repeat(1.0, 8).ToArray(), centres, Enumerable.Repeat(0.01, 8).ToArray());
var schedule = DiscreteSchedule.Linear(1000);
var model = DiffusionModel.Exact(mixture, schedule);
var rng = new Rng(seed: 1);

// x_t = α x₀ + σ ε, at a level where half of the circle is still visible.
var data = mixture.Draw(rng.Split("data"), count);
var level = schedule.At(250);
var noisy = level.AddNoise(data, rng.Split("noise").Normal(data.Shape));
var guess = new GaussianMixtureDenoiser(mixture).Denoise(noisy, level);
var (noisyOff, guessOff) = (Distance(noisy / level.Alpha, data), Distance(guess, data));
Console.WriteLine($"α {level.Alpha:0.000}, σ {level.Sigma:0.000}: noisy points are {noisyOff:0.000} from the data, the denoiser's guesses {guessOff:0.000}");

// From pure noise: 50 deterministic steps, and 200 that add fresh noise.
var ddim = model.Sample(count, seed: 1, steps: 50).Values;
var ddpm = model.Sample(count, seed: 1, steps: 200, new SampleOptions { Sampler = "ddpm" }).Values;
foreach (var (name, points) in new[] { ("data", data), ("DDIM", ddim), ("DDPM", ddpm) })
    Console.WriteLine($"{name}: mean log-likelihood {mixture.LogDensity(points, schedule.At(schedule.CleanTime)).Mean():0.000} nats");

var file = args.Length > 0 ? args[0] : "closed-form.svg";
File.WriteAllText(file, PointSheet.Panels([data, noisy, guess, ddim, ddpm], ["data", "noisy", "E[x₀ | x_t]", "DDIM, 50 steps", "DDPM, 200 steps"]));
Console.WriteLine($"wrote {file}");

static double Distance(Tensor a, Tensor b) => Math.Sqrt(2 * ((a - b) * (a - b)).Mean());
