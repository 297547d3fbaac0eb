using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench.Samplers;

/// <summary>Four tilted Gaussians in the plane with their exact denoiser: all error is the sampler's.</summary>
/// <remarks>They overlap: between islands the distance would measure little but how many samples happen to land on each.</remarks>
internal sealed class MixtureProblem : ComparisonProblem
{
    private const int Count = 4096, DataCount = 16384, ReferenceSteps = 1000;

    private static readonly GaussianMixture Mixture = GaussianMixture.Full(
        [0.4, 0.3, 0.2, 0.1],
        new Tensor([4, 2], [-1.2, -0.4, 0.9, 0.8, 0.7, -0.9, -0.3, 1.1]),
        new Tensor([4, 2, 2], [0.25, 0.12, 0.12, 0.3, 0.2, -0.1, -0.1, 0.15, 0.1, 0, 0, 0.4, 0.15, 0.05, 0.05, 0.1]));

    private readonly GaussianMixtureDenoiser denoiser = new(Mixture);
    private readonly Rng rng = new(2026);
    private Tensor? flow;

    public override string Title => "The exact mixture";

    public override IReadOnlyList<int> Budgets { get; } = [8, 16, 32, 64, 128];

    public override Schedule Schedule { get; } = new VpLinearSchedule();

    public override Shape Shape => [Count, 2];

    public override Tensor Data { get; } = Mixture.Draw(new Rng(77), DataCount);

    public override int MostSteps => int.MaxValue;

    public override Tensor Flow => flow ??= SamplerCatalog.Find("heun").Create(Schedule, Grid(ReferenceSteps)).Sample(denoiser, Shape, new SeededNoise(rng));

    public override TimeGrid Grid(int steps) => Grids.Karras(Schedule, steps);

    public override string? Refusal(SamplerEntry entry) => null;

    public override (Tensor Samples, double Calls) Run(Sampler sampler)
    {
        var counted = new CountedMixture(denoiser);
        var samples = sampler.Sample(counted, Shape, new SeededNoise(rng));
        return (samples, counted.Calls);
    }

    private sealed class CountedMixture(Denoiser inner) : WrappingDenoiser(inner)
    {
        public int Calls { get; private set; }

        protected override Denoiser Around(Denoiser inner) => new CountedMixture(inner);

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            Calls++;
            return Inner.Denoise(x, levels);
        }
    }
}
