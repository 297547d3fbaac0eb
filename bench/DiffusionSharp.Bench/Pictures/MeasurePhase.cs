using DiffusionSharp.Data.Formats;
using DiffusionSharp.Distances;
using DiffusionSharp.Integration;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>How far a set of pictures is from test pictures.</summary>
/// <param name="Sliced">Sliced Wasserstein distance of the pixels.</param>
/// <param name="SlicedError">One standard deviation of it over bootstrap resamples.</param>
/// <param name="Frechet">Fréchet distance of the classifier's features.</param>
/// <param name="FrechetError">One standard deviation of it over bootstrap resamples.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record DistanceResult(double Sliced, double SlicedError, double Frechet, double FrechetError, double Seconds);

/// <summary>A model's likelihood.</summary>
/// <param name="BitsPerDimension">Of test pictures.</param>
/// <param name="Error">Its standard error over pictures, their noise and probes.</param>
/// <param name="Count">Test pictures.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Calls">Evaluations of the network or of its gradient, a picture.</param>
internal sealed record LikelihoodResult(double BitsPerDimension, double Error, int Count, double Seconds, double Calls);

/// <summary>Distances of the samples to test pictures, of test pictures to others, and likelihoods.</summary>
internal static class MeasurePhase
{
    /// <summary>Relative and absolute, of the flow's integrator.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Lines of the sliced distance.</summary>
    public const int Lines = 512;

    /// <summary>Bootstrap resamples.</summary>
    public const int Resamples = 50;

    /// <summary>Test pictures whose likelihood is measured at most.</summary>
    public const int MostPictures = 256;

    private const int MostAtATime = 16;

    private static readonly DataBins Bins = new(8);

    public static void Run(Study study)
    {
        var test = study.TestPictures(0, study.Options.Count);
        study.Folder.Once(() => Distance(study, "real", study.TestPictures(study.Options.Count, study.Options.Count), test), "measures", "real.json");
        foreach (var model in study.Compared)
        {
            foreach (var budget in StudyOptions.Budgets)
            {
                if (study.Folder.Read<SampleResult>("samples", $"{model.Name}-{budget}.json") is { Finite: true })
                    study.Folder.Once(() => Distance(study, $"{model.Name} {budget}", Tensor.From(NpyFile.Read(study.Folder.Samples(model.Name, budget, ".npy"))), test), "measures", $"{model.Name}-{budget}.json");
                else StudyLog.Line($"measure {model.Name} {budget}: there are no samples, or not all of their values are numbers");
            }
        }

        foreach (var model in study.Compared.Where(m => m.Likelihood != LikelihoodKind.None))
        {
            if (study.Folder.Read<TrainResult>("train", $"{model.Name}.json") is not { Failure: null }) continue;
            study.Folder.Once(() => Flow(study, model), "measures", $"{model.Name}-flow.json");
            if (model.Likelihood == LikelihoodKind.BoundAndFlow) study.Folder.Once(() => Bound(study, model), "measures", $"{model.Name}-bound.json");
        }
    }

    private static DistanceResult Distance(Study study, string name, Tensor pictures, Tensor test)
    {
        var begun = StudyLog.Seconds;
        var root = new Rng(StudyOptions.Seed);
        var sliced = SlicedWasserstein.Between(pictures, test, root.Split("lines"), Lines, Resamples, study.Parallelism);
        var judge = study.Judge();
        var frechet = FrechetDistance.Between(judge.Features(pictures, CpuMachine.On(study.Parallelism)), judge.Features(test, CpuMachine.On(study.Parallelism)), root.Split("features"), Resamples, study.Parallelism);
        var result = new DistanceResult(sliced.Distance.Value, sliced.SamplingError, frechet.Value, frechet.StandardError, StudyLog.Seconds - begun);
        StudyLog.Line(StudyLog.Text($"measure {name}: sliced Wasserstein {result.Sliced:0.0000} ± {result.SlicedError:0.0000}, Fréchet {result.Frechet:0.00} ± {result.FrechetError:0.00}, {result.Seconds:0} s"));
        return result;
    }

    private static LikelihoodResult Flow(Study study, StudyModel model)
    {
        var trained = SavedModel.Load(study.Folder.Run(model.Name));
        var flow = new FlowLikelihood(trained.Schedule, trained.Schedule.LeastNoiseTime, new HutchinsonDivergence(1), new DormandPrince(Tolerance, Tolerance), noisiest: trained.Schedule.StartTime);
        var network = trained.Network(AtATime(study), CpuMachine.On(study.Parallelism));

        // The flow of the network itself: clipping would put corners into it.
        var denoiser = trained.Denoiser(network).Unconstrained;
        var root = new Rng(StudyOptions.Seed);
        return Likelihood(study, $"{model.Name}, flow", () => network.Calls, (test, first) =>
        {
            var estimate = flow.LogLikelihood(denoiser, Bins.Dequantise(test, root.Split("dequantise"), first), root.Split("probes"), first);
            var size = test.Shape.Tail().Count;
            return [.. estimate.LogDensity.Values.ToArray().Select(density => Bits(-density, size) + Bins.DequantisedOffset)];
        });
    }

    private static LikelihoodResult Bound(Study study, StudyModel model)
    {
        var trained = SavedModel.Load(study.Folder.Run(model.Name));
        var bound = new EvidenceLowerBound(trained.Schedule, trained.Schedule.Grid(trained.Schedule.TrainedLevels ?? 1000), DdpmVariance.FixedSmall, Bins);
        var network = trained.Network(AtATime(study), CpuMachine.On(study.Parallelism));
        var denoiser = trained.Denoiser(network);
        return Likelihood(study, $"{model.Name}, bound", () => network.Calls, (test, first) =>
        {
            var estimate = bound.Estimate(denoiser, test, new Rng(StudyOptions.Seed).Split("elbo"), firstSample: first);
            var size = test.Shape.Tail().Count;
            return [.. estimate.Nats.Values.ToArray().Select(nats => Bits(nats, size))];
        });
    }

    /// <summary>Test pictures whose likelihood is measured at least, whatever the time.</summary>
    public static int FewestPictures(Study study) => AtATime(study);

    private static int AtATime(Study study) => Math.Min(MostAtATime, study.Options.Count);

    private static double Bits(double nats, int dimension) => nats / (dimension * Math.Log(2));

    // Batches of test pictures until the time is up.
    private static LikelihoodResult Likelihood(Study study, string name, Func<long> calls, Func<Tensor, int, double[]> measure)
    {
        var (begun, values, batch) = (StudyLog.Seconds, new List<double>(), AtATime(study));
        do values.AddRange(measure(study.TestPictures(values.Count, batch), values.Count));
        while (values.Count < MostPictures && (values.Count < FewestPictures(study) || StudyLog.Seconds - begun < study.Options.LikelihoodSeconds));
        var bits = Statistics.Measurement.OfMean([.. values]);
        var result = new LikelihoodResult(bits.Value, bits.StandardError, values.Count, StudyLog.Seconds - begun, (double)calls() * batch / values.Count);
        StudyLog.Line(StudyLog.Text($"measure {name}: {result.BitsPerDimension:0.000} ± {result.Error:0.000} bits/dim on {result.Count} test pictures, {result.Calls:0} calls each, {result.Seconds:0} s"));
        return result;
    }
}
