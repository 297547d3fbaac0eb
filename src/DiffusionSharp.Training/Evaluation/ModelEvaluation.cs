using DiffusionSharp.Denoisers;
using DiffusionSharp.Distances;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Integration;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>How a model is measured.</summary>
/// <param name="Seed">Of all noise, probes and samples.</param>
/// <param name="Batch">Samples at a time; results do not depend on it.</param>
/// <param name="Bins">The values that the data has; null measures a density.</param>
/// <param name="Steps">Steps of the bound's chain; null takes every trained level, 1000 on continuous schedules.</param>
/// <param name="Variance">The variance of the chain's steps.</param>
/// <param name="Probes">
/// Random probes of a divergence for each sample; null takes the exact divergence up to 8 values a sample, beyond it 1 probe for the likelihood and 2
/// for the residual of the score Fokker–Planck equation, which needs them.
/// </param>
/// <param name="Tolerance">Error a step of the likelihood's solver may make, relative and absolute, above 0.</param>
public sealed record EvaluationOptions(
    ulong Seed,
    int Batch,
    DataBins? Bins,
    int? Steps = null,
    DdpmVariance Variance = DdpmVariance.FixedSmall,
    int? Probes = null,
    double Tolerance = EvaluationOptions.PaperTolerance)
{
    /// <summary>The tolerance of Song et al. 2021, arXiv:2011.13456, appendix D.2.</summary>
    public const double PaperTolerance = 1e-5;
}

/// <summary>Measures a trained model on data; each metric is computed as its figures are asked for.</summary>
/// <remarks>Sample k's noise and probes come from the seed and k alone, so figures do not depend on threads or on the batch.</remarks>
public sealed class ModelEvaluation
{
    private const int ContinuousSteps = 1000, MostSamplerSteps = 50, LeastResidualProbes = 2;

    // Slopes that the fifth-order pair takes over all levels, as the fifth root of the tolerance: about what trained networks ask for.
    private const double SlopesAtTolerance1 = 120;

    private static readonly double[] ResidualRatios = [0.1, 0.3, 1, 3, 10];

    private readonly TrainedModel model;
    private readonly Tensor data;
    private readonly EvaluationOptions options;
    private readonly Executor executor;
    private readonly IReadOnlyList<int>? labels;
    private readonly BoundNetwork network;

    /// <summary>Makes an evaluation.</summary>
    /// <param name="model">What is measured.</param>
    /// <param name="data">On what, [N, …]: <see cref="EvaluationData.Read"/>.</param>
    /// <param name="options">What is measured, and how closely.</param>
    /// <param name="executor">The machine.</param>
    /// <param name="labels">
    /// The class of each sample, <see cref="EvaluationData.Labels"/>; null measures a model with classes by its estimates without one.
    /// </param>
    /// <param name="watch">Called before every pass through the network of the likelihoods, and after every step of sampling.</param>
    public ModelEvaluation(TrainedModel model, Tensor data, EvaluationOptions options, Executor executor, IReadOnlyList<int>? labels, Action watch)
    {
        (this.model, this.data, this.options, this.executor, this.labels, Watch) = (model, data, options, executor, labels, watch);
        if (labels is not null && labels.Count != data.Samples)
            throw new ArgumentException(
                $"ModelEvaluation: one class for each of the {data.Samples} samples is expected, {labels.Count} were given.", nameof(labels));
        if (labels is null && model.Config.Conditioning is { LabelDropout: 0 })
            throw new ArgumentException(
                "ModelEvaluation: the model was trained with every label kept and knows nothing without a class; measure it on data with labels.",
                nameof(labels));
        network = model.Network(Math.Min(options.Batch, data.Samples), executor);
    }

    /// <summary>Ends a measurement by an <see cref="OperationCanceledException"/>, between two passes of the program at the latest.</summary>
    public CancellationToken Stop
    {
        get => network.Stop;
        init => network.Stop = value;
    }

    private Action Watch { get; }

    private int Dimension => model.SampleShape.Count;

    private string Values => options.Bins is { } bins ? $"values of {bins.Bits} bits in [-1, 1]" : "a density, no bins";

    // What a figure of a model with classes is given.
    private string[] Given => model.Config.Conditioning is null ? [] : labels is null ? ["without a class"] : ["given each sample's class"];

    /// <summary>The figures of a metric.</summary>
    /// <param name="metric">Which of them.</param>
    /// <exception cref="ArgumentOutOfRangeException">The metric is unknown.</exception>
    /// <exception cref="ArgumentException">An option does not fit the model.</exception>
    public IReadOnlyList<EvaluationFigure> Measure(EvaluationMetric metric) => metric switch
    {
        EvaluationMetric.Elbo => Elbo(),
        EvaluationMetric.Likelihood => Likelihood(),
        EvaluationMetric.SlicedWasserstein => Sliced(),
        EvaluationMetric.ScoreFokkerPlanck => Residual(),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "ModelEvaluation: unknown metric."),
    };

    /// <summary>
    /// Passes of a batch through the network that a metric will take: known for the bound and for sampling, estimated where error control decides.
    /// </summary>
    /// <param name="metric">What is to be measured.</param>
    /// <param name="model">What it is measured of.</param>
    /// <param name="options">What is measured, and how closely.</param>
    /// <param name="count">On how many samples.</param>
    public static long ExpectedPasses(EvaluationMetric metric, TrainedModel model, EvaluationOptions options, int count)
    {
        var batches = ((long)count + options.Batch - 1) / options.Batch;
        int Products(int probes) => model.SampleShape.Count is var d && options.Probes is null && d <= UsualDivergence.ExactUpTo ? d : options.Probes ?? probes;
        return batches * metric switch
        {
            EvaluationMetric.Elbo => BoundSteps(model, options),
            EvaluationMetric.Likelihood => (long)(SlopesAtTolerance1 * Math.Pow(options.Tolerance, -0.2)) * (1 + Products(1)),
            EvaluationMetric.SlicedWasserstein => SamplerSteps(model),
            _ => ResidualRatios.Length * (3L + (3 * Products(LeastResidualProbes))),
        };
    }

    private static int BoundSteps(TrainedModel model, EvaluationOptions options) =>
        options.Steps ?? model.Schedule.TrainedLevels ?? ContinuousSteps;

    private List<EvaluationFigure> Elbo()
    {
        var steps = BoundSteps(model, options);
        var bound = new EvidenceLowerBound(model.Schedule, model.Schedule.Grid(steps), options.Variance, options.Bins);
        var root = new Rng(options.Seed).Split("elbo");
        var estimate = ElboEstimate.Concatenate(
            [.. Batches().Select(b => bound.Estimate(new WatchedDenoiser(b.Denoiser, Watch), b.Data, root, firstSample: b.First))]);
        var variance = options.Variance switch
        {
            DdpmVariance.FixedSmall => "small",
            DdpmVariance.FixedLarge => "large",
            _ => "learned",
        };
        string[] notes =
        [
            "upper bound of -ln p by ancestral sampling",
            FormattableString.Invariant($"{steps} steps, variance {variance}"),
            options.Bins is null ? Values : $"{Values}, discretised Gaussian, no dequantisation",
            .. model.IsPictures ? (string[])["estimates clipped to [-1, 1]"] : [],
            .. Given,
        ];
        EvaluationFigure Figure(string name, Measurement nats) =>
            new(name, "bits/dim", BitsPerDimension.Of(nats, Dimension), "samples and noise", nats, name == "elbo" ? notes : [], []);
        Measurement Part(ElboTermKind kind)
        {
            var terms = estimate.Terms.Where(t => t.Kind == kind).Select(t => t.Nats);
            return Measurement.OfMean(terms.Aggregate(Tensor.Zeros([data.Samples]), (a, b) => a + b).Values);
        }

        return
        [
            Figure("elbo", estimate.MeanNats),
            Figure("elbo-prior", Part(ElboTermKind.Prior)),
            Figure("elbo-transitions", Part(ElboTermKind.Transition)),
            Figure("elbo-reconstruction", Part(ElboTermKind.Reconstruction)),
        ];
    }

    private EvaluationFigure[] Likelihood()
    {
        var divergence = UsualDivergence.Of(Dimension, options.Probes);
        var solver = new DormandPrince(options.Tolerance, options.Tolerance);
        var flow = new FlowLikelihood(model.Schedule, model.Schedule.LeastNoiseTime, divergence, solver, noisiest: model.Schedule.StartTime);
        var root = new Rng(options.Seed);
        var estimate = FlowLikelihoodEstimate.Concatenate([.. Batches().Select(b =>
        {
            var x0 = options.Bins?.Dequantise(b.Data, root.Split("dequantise"), b.First) ?? b.Data;
            return flow.LogLikelihood(Smooth(b.Denoiser), x0, root.Split("probes"), b.First);
        })]);
        var offset = options.Bins?.DequantisedOffset ?? 0;
        return
        [
            new EvaluationFigure(
                "likelihood",
                "bits/dim",
                estimate.MeanBitsPerDimension(offset),
                divergence.IsExact ? "samples" : "samples and probes",
                estimate.MeanNats,
                [
                    "-ln p of the probability flow",
                    divergence.IsExact ? "exact divergence" : $"Hutchinson's divergence, {divergence.Estimates} Rademacher probes a sample",
                    options.Bins is null ? Values : FormattableString.Invariant($"{Values}, dequantised uniformly, +{offset} bits/dim for [-1, 1]"),
                    FormattableString.Invariant($"from σ/α = {flow.Cleanest.Ratio:G3}, Dormand-Prince at {flow.Integrator.RelativeTolerance}"),
                    .. Given,
                ],
                [("probeError", estimate.MeanProbeError / (Dimension * Math.Log(2))), ("offset", offset)]),
        ];
    }

    private List<EvaluationFigure> Residual()
    {
        var divergence = UsualDivergence.Of(Dimension, options.Probes, LeastResidualProbes);
        var measure = new ScoreFokkerPlanck(model.Schedule, divergence);
        var (least, most) = (model.Schedule.At(model.Schedule.LeastNoiseTime), model.Schedule.At(model.Schedule.StartTime));
        var root = new Rng(options.Seed).Split("score-fokker-planck");

        // The same levels for every model, where it was trained: a factor of the step away from the ends.
        double[] ratios = [.. ResidualRatios.Where(r => r > least.Ratio * Math.Exp(measure.Step) && r < most.Ratio * Math.Exp(-measure.Step))];
        if (ratios.Length == 0)
        {
            var trained = FormattableString.Invariant($"σ/α = {least.Ratio:G3} to {most.Ratio:G3}");
            throw new ArgumentException($"score-fokker-planck: the model was trained from {trained}; none of the levels that are measured lies between.");
        }

        var figures = new List<EvaluationFigure>();
        foreach (var ratio in ratios)
        {
            var level = model.Schedule.AtRatio(ratio);
            var found = ScoreFokkerPlanckResidual.Concatenate([.. Batches().Select(b =>
            {
                var noise = new SeededNoise(root, b.First).Draw(b.Data.Shape, figures.Count);
                return measure.Measure(Smooth(b.Denoiser), level.AddNoise(b.Data, noise), level.Time, root.Split("probes"), b.First);
            })]);
            figures.Add(new EvaluationFigure(
                FormattableString.Invariant($"score-fokker-planck-{ratio}"),
                "of |∂ₜs|",
                found.Relative,
                divergence.IsExact ? "samples" : "samples and probes",
                null,
                figures.Count > 0 ? [] :
                [
                    "root mean square residual of the score Fokker-Planck equation at levels of σ/α, relative to ∂ₜs",
                    "all levels: 0 belongs to the score of a diffusion process, "
                        + "about 1 says that the change in time is wrong by as much as it is large; "
                        + "lower is better, compare models with each other (docs/theory/17-score-fokker-planck.md)",
                    divergence.IsExact ? "exact divergence" : $"Hutchinson's divergence, {divergence.Estimates} Rademacher probes a sample",
                    FormattableString.Invariant($"central differences of {measure.Step} in ln(α²/σ²) and of {measure.Step} σ in space"),
                    .. Given,
                ],
                [("ratio", ratio), ("time", level.Time), ("residual", found.Residual.Value), ("rate", found.Rate.Value)]));
        }

        return figures;
    }

    private EvaluationFigure[] Sliced()
    {
        if (data.Samples < 2) throw new ArgumentException($"sliced-wasserstein: at least 2 samples are needed, {data.Samples} was given.");
        var steps = SamplerSteps(model);
        var sampler = new DdimSampler(model.Schedule, model.Schedule.Grid(steps));
        var (samples, _) = new SamplingJob(model, sampler, data.Samples, options.Seed, options.Batch, labels) { Stop = Stop }.Run(executor, (_, _) => Watch());
        if (!samples.IsFinite())
            throw new DivergedException(
                $"sliced-wasserstein: samples are not finite numbers; the model of step {model.Step} is not usable, take an earlier checkpoint.");
        var distance = SlicedWasserstein.Between(data, samples, new Rng(options.Seed).Split("lines"), parallelism: executor.Parallelism);
        return
        [
            new EvaluationFigure(
                "sliced-wasserstein",
                "data units",
                distance.Distance with { StandardError = distance.SamplingError, Count = data.Samples },
                "samples",
                null,
                [
                    FormattableString.Invariant(
                        $"{data.Samples} samples by ddim in {steps} steps against as many of the data, {distance.Distance.Count} lines"),
                    FormattableString.Invariant($"two samples of one law: {distance.SameLaw.Value:G3} ± {distance.SameLawSpread:G2}"),
                    .. model.Config.Conditioning is null ? (string[])[] : labels is null ? ["samples without a class"] : ["samples of the data's classes"],
                ],
                [
                    ("linesError", distance.Distance.StandardError),
                    ("lines", distance.Distance.Count),
                    ("sameLaw", distance.SameLaw.Value),
                    ("sameLawSpread", distance.SameLawSpread),
                ]),
        ];
    }

    private static int SamplerSteps(TrainedModel model) => Math.Min(MostSamplerSteps, model.Schedule.TrainedLevels ?? MostSamplerSteps);

    // The network itself: clipping would put corners into what is differentiated.
    private WatchedDenoiser Smooth(Denoiser denoiser) => new(denoiser.Unconstrained, Watch);

    private IEnumerable<(Tensor Data, int First, Denoiser Denoiser)> Batches()
    {
        for (var first = 0; first < data.Samples; first += options.Batch)
        {
            var count = Math.Min(options.Batch, data.Samples - first);
            yield return (data.Slice(first, count), first, model.Denoiser(network, labels?.Skip(first).Take(count).ToArray()));
        }
    }
}
