using DiffusionSharp.Integration;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp;

// How good a model is, and how likely data is under it.
public sealed partial class DiffusionModel
{
    private const int EvaluatedPictures = 16, EvaluatedVectors = 1000, PictureBits = 8, PictureBoundSteps = 250;
    private const double PictureTolerance = 1e-3, VectorTolerance = 1e-5;

    /// <summary>ln p of data by the probability flow (Song et al. 2021, arXiv:2011.13456, section 4.3), in nats, of each sample.</summary>
    /// <param name="data">[N, …] of the model's shape, measured as a density: pictures in [−1, 1], vectors in data units.</param>
    /// <param name="seed">Of the probes; sample k's depend on the seed and on k alone.</param>
    /// <param name="probes">Random probes of the divergence. Null: exact up to 8 values a sample, else 1.</param>
    /// <param name="tolerance">Error a step of the solver may make, above 0. Null: 1e-3 for pictures, 1e-5 for vectors.</param>
    /// <param name="label">The class of all of them; null: without.</param>
    /// <param name="stop">Ends within a pass through the network.</param>
    /// <returns>ln p of each sample, its error over the probes, and where each ends in the noise.</returns>
    /// <remarks>
    /// It is the density of the data with the least noise that the model knows, and the prior of the schedule at the most; both are parts of the
    /// figure.
    /// </remarks>
    /// <exception cref="ArgumentException">The data has another shape.</exception>
    /// <exception cref="InvalidOperationException">The denoiser has no gradient.</exception>
    public FlowLikelihoodEstimate LogLikelihood(
        Tensor data, ulong seed = 0, int? probes = null, double? tolerance = null, ClassChoice? label = null, CancellationToken stop = default)
    {
        var divergence = UsualDivergence.Of(SampleShape.Count, probes);
        var allowed = tolerance ?? (IsPictures ? PictureTolerance : VectorTolerance);
        var flow = new FlowLikelihood(Schedule, EarliestTime, divergence, new DormandPrince(allowed, allowed), noisiest: LatestTime);
        var (rng, parts) = (new Rng(seed).Split("probes"), new List<FlowLikelihoodEstimate>());
        InBatches(data, label, nameof(LogLikelihood), (denoiser, part, first) =>
        {
            // The network itself: clipping would put corners into what is differentiated.
            parts.Add(flow.LogLikelihood(new WatchedDenoiser(denoiser.Unconstrained, stop.ThrowIfCancellationRequested), part, rng, first));
            return parts[^1].LogDensity;
        }, stop);
        return FlowLikelihoodEstimate.Concatenate(parts);
    }

    /// <summary>ln p of every sample of a source: <see cref="LogLikelihood(Tensor, ulong, int?, double?, ClassChoice?, CancellationToken)"/>.</summary>
    /// <inheritdoc cref="LogLikelihood(Tensor, ulong, int?, double?, ClassChoice?, CancellationToken)"/>
    public FlowLikelihoodEstimate LogLikelihood(
        DataSource data, ulong seed = 0, int? probes = null, double? tolerance = null, ClassChoice? label = null, CancellationToken stop = default) =>
        LogLikelihood(All(data), seed, probes, tolerance, label, stop);

    /// <summary>Measures the model on data, every figure with its standard error and the conditions it holds under.</summary>
    /// <param name="data">What to measure on: held back from training, of the model's shape. A model with classes is given those of the data.</param>
    /// <param name="options">What and how; null: all by the model.</param>
    /// <param name="progress">Told before every pass through the network.</param>
    /// <param name="stop">Ends within a pass.</param>
    /// <exception cref="DataException">The data has another shape, too few samples, or values on no bin.</exception>
    /// <exception cref="OptionException">Options do not fit each other or the model.</exception>
    /// <exception cref="NotSupportedException">
    /// The denoiser is the caller's own; its samples and <see cref="LogLikelihood(Tensor, ulong, int?, double?, ClassChoice?, CancellationToken)"/>
    /// are measured instead.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public EvaluationReport Evaluate(
        DataSource data, EvaluateOptions? options = null, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default)
    {
        options ??= new EvaluateOptions();
        if (trained is null)
            throw new NotSupportedException(
                "DiffusionModel.Evaluate: trained models are measured; of a denoiser of your own, LogLikelihood and the distances of its samples are.");
        var plan = Plan(data, options);
        var samples = EvaluationData.Read(data, trained, plan.Count, options.Seed, plan.Bins);
        var classes = EvaluationData.Labels(data, trained, plan.Count, options.Seed);
        var (passes, current) = (0L, plan.Metrics[0]);
        var evaluation = new ModelEvaluation(trained, samples, plan.Settings, Machine, classes, () =>
        {
            stop.ThrowIfCancellationRequested();
            progress?.Report(new EvaluationProgress(current, passes, plan.ExpectedPasses));
            passes++;
        })
        {
            Stop = stop,
        };
        var figures = new List<EvaluationFigure>();
        foreach (var metric in plan.Metrics)
        {
            current = metric;
            figures.AddRange(evaluation.Measure(metric));
        }

        if (figures.FirstOrDefault(f => !double.IsFinite(f.Measured.Value)) is { } broken)
            throw new DivergedException($"{broken.Name} is not a finite number; the model of step {TrainedSteps} is not usable, take an earlier checkpoint.");
        return new EvaluationReport(figures, plan.Count, options.Seed, plan.Bins?.Bits ?? 0, Conditioning is null ? null : classes is not null, passes);
    }

    /// <summary>Measures on a thread of its own, so that none of the caller's waits: <see cref="Evaluate"/>.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public Task<EvaluationReport> EvaluateAsync(
        DataSource data, EvaluateOptions? options = null, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default) =>
        OnOwnThread(() => Evaluate(data, options, progress, stop), stop);

    /// <summary>
    /// What an evaluation will cost: passes of a batch through the network, known for the bound and for sampling, estimated where error control
    /// decides.
    /// </summary>
    /// <inheritdoc cref="Evaluate"/>
    public long ExpectedPasses(DataSource data, EvaluateOptions? options = null) => Plan(data, options ?? new EvaluateOptions()).ExpectedPasses;

    private EvaluationPlan Plan(DataSource data, EvaluateOptions options) => EvaluationPlan.Of(
        this,
        data,
        options,
        options.Count ?? Math.Min(IsPictures ? EvaluatedPictures : EvaluatedVectors, data.Count),
        IsPictures ? PictureBits : 0,
        IsPictures ? PictureBoundSteps : null,
        IsPictures ? PictureTolerance : VectorTolerance);
}
