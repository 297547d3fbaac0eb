using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Likelihood;

/// <summary>The variational bound of ancestral sampling, term by term: −ln p(x₀) ≤ L_T + Σ L_(t−1) + L_0.</summary>
/// <remarks>
/// <code>
/// L_T     = KL(q(x_T | x₀) ‖ N(0, P² I))
/// L_(t−1) = KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)) = d/2 (β̃/v − 1 − ln(β̃/v)) + (α_s σ²_ts/σ_t²)² |x₀ − D|²/(2v)
/// L_0     = −ln p(x₀ | x₁),  p Gaussian of mean D, over the bins of the data where it has such
/// </code>
/// Ho et al. 2020, arXiv:2006.11239, eq. 5, 8 and 13, for any schedule and any grid of its levels; v is the variance of
/// <see cref="DdpmSampler"/>'s step, P that of its prior. Each x_t is drawn anew: sample k's draws come from a stream of its own and of the
/// term's, so its terms do not depend on the batch. An exact denoiser leaves a gap that falls as 1/T where every step is short in log SNR. Steps even
/// in time are not so next to the data: there <see cref="DdpmVariance.FixedLarge"/> is tight as 1/T on data with a density, while
/// <see cref="DdpmVariance.FixedSmall"/> keeps a rest of some tenths of a nat a dimension, and is the better on data of few values.
/// </remarks>
public sealed class EvidenceLowerBound
{
    private readonly Schedule schedule;
    private readonly TimeGrid grid;

    /// <summary>Makes the bound of a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The sampler's steps: a chain from the prior to clean data.</param>
    /// <param name="variance">The variance of the sampler's steps; learned ones need a denoiser that has them.</param>
    /// <param name="bins">The values that the data can have; null for data with a density.</param>
    /// <param name="decoder">The variance of the last step, where it is not learned.</param>
    /// <exception cref="ArgumentException">The grid is no chain, leaves the schedule or does not end at clean data; or an option is unknown.</exception>
    public EvidenceLowerBound(
        Schedule schedule,
        TimeGrid grid,
        DdpmVariance variance = DdpmVariance.FixedSmall,
        DataBins? bins = null,
        DecoderVariance decoder = DecoderVariance.Level)
    {
        Guard.Known(variance, "EvidenceLowerBound: unknown variance");
        Guard.Known(decoder, "EvidenceLowerBound: unknown decoder variance");
        Sampler.CheckLevels(schedule, grid, nameof(EvidenceLowerBound));
        if (!grid.IsChain || grid.End != schedule.CleanTime || !(grid.Start <= schedule.NoiseTime))
        {
            var clean = FormattableString.Invariant($"that ends at clean data, time {schedule.CleanTime}");
            var runs = FormattableString.Invariant($"the grid runs from {grid.Start} to {grid.End}");
            throw new ArgumentException($"EvidenceLowerBound: a chain of steps inside the schedule {clean}, was expected; {runs}.", nameof(grid));
        }

        (this.schedule, this.grid, Variance, Bins, Decoder) = (schedule, grid, variance, bins, decoder);
    }

    /// <summary>The variance of the sampler's steps.</summary>
    public DdpmVariance Variance { get; }

    /// <summary>The values that the data can have; null for data with a density.</summary>
    public DataBins? Bins { get; }

    /// <summary>The variance of the last step.</summary>
    public DecoderVariance Decoder { get; }

    /// <summary>The bound of samples.</summary>
    /// <inheritdoc cref="Terms(Denoiser, Tensor, Rng, int, long)"/>
    public ElboEstimate Estimate(Denoiser denoiser, Tensor x0, Rng rng, int draws = 1, long firstSample = 0) =>
        new([.. Terms(denoiser, x0, rng, draws, firstSample)], x0.Shape.Tail().Count);

    /// <summary>The terms one by one, L_T first and L_0 last; each is computed as it is enumerated, one denoiser call a step and draw.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x0">Data, [N, …].</param>
    /// <param name="rng">Of the noise.</param>
    /// <param name="draws">Draws of noise for each sample and term, at least 1; from 2 on each sample has a standard error of its own.</param>
    /// <param name="firstSample">The index of the first sample.</param>
    /// <exception cref="ArgumentException">There is no sample, a number is out of range, or data is on no bin.</exception>
    public IEnumerable<ElboTerm> Terms(Denoiser denoiser, Tensor x0, Rng rng, int draws = 1, long firstSample = 0)
    {
        if (x0.Shape.Rank < 2 || x0.Shape.Count == 0)
            throw new ArgumentException($"EvidenceLowerBound: at least one sample, [N, …], was expected, x₀ has shape {x0.Shape}.", nameof(x0));
        if (!x0.IsFinite()) throw new ArgumentException("EvidenceLowerBound: x₀ holds a value that is not finite.", nameof(x0));
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        if (Bins is { } bins)
            foreach (var value in x0.Values) bins.IndexOf(value);
        return Enumerate(denoiser, x0, rng, draws, firstSample);
    }

    private IEnumerable<ElboTerm> Enumerate(Denoiser denoiser, Tensor x0, Rng rng, int draws, long firstSample)
    {
        yield return new ElboTerm(ElboTermKind.Prior, grid.Start, grid.Start, Prior(x0), Tensor.Zeros([x0.Samples]));
        for (var i = 0; i < grid.Count; i++)
        {
            var level = schedule.At(grid.Times[i]);
            var last = i == grid.Count - 1;
            var values = new double[x0.Samples][];
            for (var k = 0; k < values.Length; k++) values[k] = new double[draws];
            for (var j = 0; j < draws; j++)
            {
                var x = level.AddNoise(x0, Noise(x0.Shape, rng, firstSample, i, j));
                var (d, raw) = ReverseVariance.Estimates(Variance, denoiser, x, level, nameof(EvidenceLowerBound));
                for (var k = 0; k < values.Length; k++)
                {
                    values[k][j] = last
                        ? Reconstruction(x0.Sample(k), d.Sample(k), raw is null ? [] : raw.Sample(k), level)
                        : Transition(x0.Sample(k), d.Sample(k), raw is null ? [] : raw.Sample(k), level, schedule.At(grid.Targets[i]));
                }
            }

            var means = Array.ConvertAll(values, v => Measurement.OfMean(v));
            yield return new ElboTerm(
                last ? ElboTermKind.Reconstruction : ElboTermKind.Transition,
                grid.Times[i],
                grid.Targets[i],
                new Tensor([x0.Samples], Array.ConvertAll(means, m => m.Value)),
                new Tensor([x0.Samples], Array.ConvertAll(means, m => m.StandardError * m.StandardError)));
        }
    }

    private Tensor Prior(Tensor x0)
    {
        var (level, p) = (schedule.At(grid.Start), schedule.PriorSigma(grid.Start));
        return Tensor.Create([x0.Samples], values =>
        {
            for (var k = 0; k < values.Length; k++)
            {
                var x = x0.Sample(k);
                var ofMean = level.Alpha * level.Alpha * TensorPrimitives.SumOfSquares(x) / (2 * p * p);
                values[k] = Divergence(level.Sigma * level.Sigma, p * p, x.Length) + ofMean;
            }
        });
    }

    private double Transition(ReadOnlySpan<double> x0, ReadOnlySpan<double> d, ReadOnlySpan<double> raw, NoiseLevel level, NoiseLevel levelNext)
    {
        var q = Posterior.Between(level, levelNext);
        if (raw.IsEmpty)
        {
            var v = ReverseVariance.Of(Variance, q, 0, nameof(EvidenceLowerBound));
            return Divergence(q.Variance, v, x0.Length) + (q.OfData * q.OfData * Squared(x0, d) / (2 * v));
        }

        var nats = 0.0;
        for (var i = 0; i < x0.Length; i++)
        {
            var v = ReverseVariance.Of(Variance, q, raw[i], nameof(EvidenceLowerBound));
            nats += Divergence(q.Variance, v, 1) + (q.OfData * q.OfData * (x0[i] - d[i]) * (x0[i] - d[i]) / (2 * v));
        }

        return nats;
    }

    private double Reconstruction(ReadOnlySpan<double> x0, ReadOnlySpan<double> d, ReadOnlySpan<double> raw, NoiseLevel level)
    {
        // The posterior of the step before, whose own end is this level; a single step has none.
        var before = grid.Count == 1 ? level.Sigma * level.Sigma : Posterior.Between(schedule.At(grid.Times[^2]), level).Variance;
        var range = new Posterior(0, 0, before, level.Sigma * level.Sigma);
        var unlearned = Decoder == DecoderVariance.Level ? level.Ratio * level.Ratio : before;
        var nats = 0.0;
        for (var i = 0; i < x0.Length; i++)
        {
            var v = raw.IsEmpty ? unlearned : ReverseVariance.Of(Variance, range, raw[i], nameof(EvidenceLowerBound));
            nats -= Bins is null ? NormalLaw.LogDensity((x0[i] - d[i]) * (x0[i] - d[i]), v, 1) : LogMass(x0[i], d[i], Math.Sqrt(v), Bins);
        }

        return nats;
    }

    // The outermost bins reach to infinity, so that all bins together have probability 1.
    private static double LogMass(double x0, double d, double deviation, DataBins bins)
    {
        var (index, half) = (bins.IndexOf(x0), bins.Spacing / 2);
        var centred = bins.ValueOf(index) - d;
        var low = index == 0 ? double.NegativeInfinity : (centred - half) / deviation;
        var high = index == bins.Count - 1 ? double.PositiveInfinity : (centred + half) / deviation;
        return NormalLaw.LogInterval(low, high);
    }

    // KL(N(m, a I) ‖ N(m, b I)) in d dimensions.
    private static double Divergence(double a, double b, int d) => a == b ? 0 : d / 2.0 * ((a / b) - 1 - Math.Log(a / b));

    private static double Squared(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var distance = TensorPrimitives.Distance(a, b);
        return distance * distance;
    }

    private static Tensor Noise(Shape shape, Rng rng, long firstSample, int term, int draw) =>
        SeededNoise.Normal(shape, k => rng.Split(firstSample + k).Split(term).Split(draw));
}
