using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>The finest sampler that a number of network calls pays for, found by running it on a denoiser that only counts.</summary>
internal static class CallBudget
{
    /// <summary>The sampler with the most steps whose trajectory asks the network at most <paramref name="budget"/> times, and how often it asks.</summary>
    /// <param name="make">The sampler of a number of steps.</param>
    /// <param name="budget">Calls a sample may cost.</param>
    /// <param name="mostSteps">The most steps that there can be: the trained levels of a discrete schedule.</param>
    /// <exception cref="ArgumentException">Not even one step fits.</exception>
    public static (Sampler Sampler, int Steps, int Calls) Fit(Func<int, Sampler> make, int budget, int mostSteps)
    {
        for (var steps = Math.Min(budget, mostSteps); steps >= 1; steps--)
        {
            var sampler = make(steps);

            // The last step may ask once where others ask twice: only what is surely too much is passed over uncounted.
            if (sampler.StartCalls + ((steps - 1) * (sampler.CallsPerStep ?? 1)) > budget) continue;
            var calls = Count(sampler);
            if (calls <= budget) return (sampler, steps, calls);
        }

        throw new ArgumentException($"CallBudget: no step fits into {budget} calls.", nameof(budget));
    }

    /// <summary>How often a trajectory asks the denoiser.</summary>
    public static int Count(Sampler sampler)
    {
        var counted = new Counter();
        _ = sampler.Sample(counted, [1, 1], new SeededNoise(new Rng(0)));
        return counted.Calls;
    }

    // The exact denoiser of data at 0.
    private sealed class Counter : Denoiser
    {
        public int Calls { get; private set; }

        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            Calls++;
            return Tensor.Zeros(x.Shape);
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => Tensor.Zeros(x.Shape);
    }
}
