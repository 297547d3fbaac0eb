using DiffusionSharp.Denoisers;
using DiffusionSharp.Integration;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Likelihood;

/// <summary>The likelihood of the probability-flow ODE: data is carried to noise, and what the flow stretches on the way is summed.</summary>
/// <remarks>
/// <code>
/// ln p_y(y, u₀) = ln p_y(y(u₁), u₁) + ∫ (d − α tr ∂D/∂x) du      u = ln(σ/α), y = x/α, dy/du = y − D
/// ln p_x = ln p_y − d ln α                                       at u₁ x is N(0, P² I)
/// </code>
/// Song et al. 2021, arXiv:2011.13456, section 4.3 and appendix D.2; the change of density along a flow is Chen et al. 2018,
/// arXiv:1806.07366, theorem 1. It runs from a cleanest level, not from σ = 0: what is found is the density of the data smoothed by noise of
/// that σ/α. For data with a density it tends to the data's own as the level falls; a set of points has none, and ln p then grows without
/// bound. Each sample has its own probes, so its result does not depend on the batch.
/// </remarks>
public sealed class FlowLikelihood
{
    // Where schedules that end in pure noise are cut. A mean m of the data is left out of the prior: some |m| α/σ nats a sample.
    private const double LargestRatio = 1e6;

    private readonly Schedule schedule;

    /// <summary>Makes the likelihood between two levels.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="cleanest">Time of the cleanest level, σ above 0: the first trained one for networks.</param>
    /// <param name="divergence">How the divergence is found; a network's by a few probes, exactly where samples have few values.</param>
    /// <param name="integrator">Solves the flow, ln p included; by default with the tolerances of the paper, 1e-5.</param>
    /// <param name="dataVariance">
    /// The variance that every value of the data is known to have: the prior is then N(0, α² s² + σ²); null takes the schedule's own prior.
    /// </param>
    /// <param name="noisiest">Time of the noisiest level; null takes the schedule's. Where σ/α passes 10⁶, the flow ends there.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public FlowLikelihood(
        Schedule schedule,
        double cleanest,
        Divergence divergence,
        DormandPrince? integrator = null,
        double? dataVariance = null,
        double? noisiest = null)
    {
        var level = schedule.At(cleanest);
        if (!(level.Sigma > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(cleanest), cleanest, "FlowLikelihood: a cleanest level with noise was expected, σ is 0 there; take a time a little later.");
        }

        if (dataVariance is { } s2) Guard.InRange(s2, 0, double.MaxValue, "FlowLikelihood: dataVariance");
        var end = schedule.At(noisiest ?? schedule.NoiseTime);
        Noisiest = end.Ratio <= LargestRatio ? end : schedule.AtRatio(LargestRatio);
        if (!(level.Ratio < Noisiest.Ratio))
        {
            throw new ArgumentOutOfRangeException(
                nameof(cleanest), cleanest, FormattableString.Invariant($"FlowLikelihood: a level cleaner than σ/α = {Noisiest.Ratio} was expected."));
        }

        (this.schedule, Cleanest, Divergence, Integrator, DataVariance) = (schedule, level, divergence, integrator ?? new DormandPrince(), dataVariance);
    }

    /// <summary>Where the flow starts: the density is that of data with this much noise.</summary>
    public NoiseLevel Cleanest { get; }

    /// <summary>Where it ends and the prior is taken.</summary>
    public NoiseLevel Noisiest { get; }

    /// <summary>How the divergence is found.</summary>
    public Divergence Divergence { get; }

    /// <summary>Solves the flow; each sample has its own steps.</summary>
    public DormandPrince Integrator { get; }

    /// <summary>The variance that every value of the data is known to have.</summary>
    public double? DataVariance { get; }

    /// <summary>The variance of x at the noisiest level.</summary>
    public double PriorVariance
    {
        get
        {
            var prior = schedule.PriorSigma(Noisiest.Time);
            return DataVariance is { } s2 ? (Noisiest.Alpha * Noisiest.Alpha * s2) + (Noisiest.Sigma * Noisiest.Sigma) : prior * prior;
        }
    }

    /// <summary>ln p of data: the density of x₀ + (σ/α) ε at the cleanest level, taken at x₀.</summary>
    /// <param name="denoiser">The estimate of the data, with a gradient.</param>
    /// <param name="x0">Data, [N, …]; values on bins are dequantised first (<see cref="DataBins.Dequantise"/>).</param>
    /// <param name="rng">Of the probes; sample k's depend on the generator and on <paramref name="firstSample"/> + k alone.</param>
    /// <param name="firstSample">The index of the first sample.</param>
    /// <exception cref="InvalidOperationException">The denoiser has no gradient.</exception>
    /// <exception cref="ArgumentException">There is no sample.</exception>
    public FlowLikelihoodEstimate LogLikelihood(Denoiser denoiser, Tensor x0, Rng rng, long firstSample = 0) => Integrate(denoiser, x0, rng, firstSample, 0);

    /// <summary>ln p_t(x) of states at the cleanest level.</summary>
    /// <param name="denoiser">The estimate of the data, with a gradient.</param>
    /// <param name="x">States at <see cref="Cleanest"/>, [N, …].</param>
    /// <param name="rng">Of the probes.</param>
    /// <param name="firstSample">The index of the first sample.</param>
    /// <inheritdoc cref="LogLikelihood"/>
    public FlowLikelihoodEstimate LogDensity(Denoiser denoiser, Tensor x, Rng rng, long firstSample = 0) =>
        Integrate(denoiser, x / Cleanest.Alpha, rng, firstSample, x.Shape.Tail().Count * Math.Log(Cleanest.Alpha));

    private FlowLikelihoodEstimate Integrate(Denoiser denoiser, Tensor y, Rng rng, long firstSample, double logScale)
    {
        if (y.Shape.Rank < 2 || y.Shape.Count == 0)
            throw new ArgumentException($"FlowLikelihood: at least one sample, [N, …], was expected, {y.Shape} was given.", nameof(y));
        if (!denoiser.HasGradient)
        {
            throw new InvalidOperationException(
                $"FlowLikelihood: {denoiser} has no gradient, and the divergence of its flow needs one; take a denoiser that can be differentiated, "
                + "or the evidence lower bound, which asks for estimates alone.");
        }

        var streams = new Rng[y.Samples];
        for (var k = 0; k < streams.Length; k++) streams[k] = rng.Split(firstSample + k);
        var system = new FlowSystem(denoiser, schedule, y.Shape.Tail(), Divergence, streams);
        var end = Integrator.Integrate(system.Slope, system.Start(y), Math.Log(Cleanest.Ratio), Math.Log(Noisiest.Ratio));
        var d = y.Shape.Tail().Count;
        var latent = Noisiest.Alpha * system.Position(end.Y);
        double[] logs = new double[y.Samples], errors = new double[y.Samples];
        for (var k = 0; k < logs.Length; k++)
        {
            var volume = Measurement.OfMean(end.Y.Sample(k)[d..]);
            var prior = NormalLaw.LogDensity(TensorPrimitives.SumOfSquares(latent.Sample(k)), PriorVariance, d) + (d * Math.Log(Noisiest.Alpha));
            logs[k] = prior + volume.Value - logScale;
            errors[k] = Divergence.IsExact ? 0 : volume.StandardError;
        }

        return new FlowLikelihoodEstimate(new Tensor([logs.Length], logs), new Tensor([logs.Length], errors), latent, end.Evaluations);
    }
}
