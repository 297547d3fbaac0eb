using System.CommandLine;
using System.Globalization;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Sampling;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion sample</c>: a trained model in, a file of samples out.</summary>
internal static class SampleCommand
{
    /// <summary>A command that works once the one of <see cref="TrainCommand.Example"/> has.</summary>
    public const string Example = "diffusion sample moons-run --out moons.svg";

    private const int PictureBatch = 32, VectorBatch = 1024;

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var model = new Argument<string>("RUN") { Description = "Folder of a run, or of one of its checkpoints." };
        var output = Options.Text("--out", "FILE", "Where samples go: .png a grid of pictures, .gif their denoising, .svg points in the plane, .npy numbers [N, H, W, C] in [-1, 1] or [N, D].");
        output.Required = true;
        var sampler = Options.Sampler("How to sample; 'diffusion list samplers' names them all.  [default: ddim]");
        var steps = Options.Integer("--steps", "Steps from noise to data.  [default: 50; all trained levels with ddpm, and with ncsn and ncsn-v2 where levels of noise were trained]", most: 1_000_000);
        var count = Options.Integer("--count", "How many samples.  [default: 64 pictures, 2000 points, 8 rows of a strip]", most: 10_000_000);
        var seed = Options.Seed("Of all noise; sample k depends on the seed, k and its class alone.  [default: 0]");
        var eta = Options.Real("--eta", "Share of fresh noise in samplers that have one, 0 to 1.  [default: the sampler's; 0 with ddim]", x => x is >= 0 and <= 1, "a number from 0 to 1");
        var spacing = Options.Named("--spacing", "Which noise levels the steps visit.  [default: trailing; linspace where levels of noise were trained, uniform where no timesteps were]", Choices.Spacings);
        var variance = Options.Named("--variance", "Variance of a step of ddpm.  [default: what the model learned; else small]", Choices.Variances);
        var churn = Options.Real("--churn", "Noise that EDM's sampler adds and removes over the trajectory, S_churn.", x => x >= 0, "a number of at least 0");
        var snr = Options.Real("--snr", "Signal-to-noise ratio of a corrector's step.", x => x > 0, "a number above 0");
        var langevinSteps = Options.Integer("--langevin-steps", "Langevin steps at each level.  [default: the sampler's; where levels of noise were trained about 1000 over all of them]", most: 100_000);
        var stepSize = Options.Real("--step-size", "Step of Langevin dynamics, relative to the noise level.  [default: the sampler's; by the ratio of the levels with ncsn-v2]", x => x > 0, "a number above 0");
        var tolerance = Options.Real("--tolerance", "Error a step of adaptive solvers may make.", x => x > 0, "a number above 0");
        var weights = Options.Text("--weights", "NAME", "ema, the average of the weights; raw, those of the last step; or one of the run's further averages.  [default: ema]");
        var batch = Options.Integer("--batch", "Samples at a time; memory grows with it, results do not depend on it.", most: 1_000_000);
        var label = Options.Text("--class", "K", "The class to draw from, by number or name, or 'all': a sheet with one row for each; for models trained with --conditional.  [default: without a class]");
        var guidance = Options.Real("--guidance", "How far past the class's own estimate, w of classifier-free guidance; 1 is the class alone, above 1 guides at twice the network calls.  [default: 1]", x => x >= 0, "a finite number of at least 0");
        var rescale = Options.Real("--guidance-rescale", "How far guided estimates are brought back to the spread of unguided ones, 0 to 1.  [default: 0]", x => x is >= 0 and <= 1, "a number from 0 to 1");
        var interval = Options.Interval("--guidance-interval", "Guide only at noise levels σ/α above LOW and up to HIGH.  [default: at all]");
        var strip = Options.Flag("--strip", "Show how samples emerge: moments of denoising side by side.");
        var precision = Options.Precision("fast allows Winograd's convolutions, exact rules them out.  [default: the run's]");
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new GroupedCommand("sample", "Draw samples from a trained model.") { model }
            .With("What to draw", output, count, seed, strip, weights)
            .With("Classes and guidance", label, guidance, rescale, interval)
            .With("Sampler", sampler, steps, spacing)
            .With("Options of some samplers", eta, variance, churn, snr, langevinSteps, stepSize, tolerance)
            .With("Running", batch, precision, threads, json);
        command.SetAction(parse => Run(
            new SampleRequest(
                parse.GetValue(model)!,
                parse.GetValue(output)!,
                parse.GetValue(sampler) ?? SamplerCatalog.Find("ddim"),
                new SamplerOptions(parse.GetValue(eta), parse.GetValue(variance), parse.GetValue(churn), parse.GetValue(snr), parse.GetValue(langevinSteps), parse.GetValue(stepSize), parse.GetValue(tolerance)),
                parse.GetValue(steps),
                parse.GetValue(count),
                parse.GetValue(seed) ?? 0,
                parse.GetValue(spacing),
                parse.GetValue(weights) ?? ModelWeights.Average,
                parse.GetValue(batch),
                parse.GetValue(label),
                parse.GetValue(guidance),
                parse.GetValue(rescale),
                parse.GetValue(interval),
                parse.GetValue(precision),
                parse.GetValue(strip),
                context.Threads(parse.GetValue(threads)),
                parse.GetValue(json)),
            context));
        return command;
    }

    private static int Run(SampleRequest request, CommandContext context)
    {
        var model = TrainedModel.Load(request.Model, request.Weights);
        if (request.Precision is { } precision) model = model.With(precision);
        var format = SampleFormats.Of(request.Out, request.Strip, model.SampleShape);
        var sampler = SamplerChoice.Create(request, model);
        var classes = ClassChoice.Of(request, model, format);
        OutputFile.Check(request.Out);
        var job = new SamplingJob(model, sampler, classes.Count, request.Seed, request.Batch ?? (model.IsPictures ? PictureBatch : VectorBatch), classes.Labels, classes.Guidance);
        var trajectory = new Trajectory(sampler.Grid.Count, SampleFormats.Moments(format));
        using var meter = new SamplingMeter(context, job.TotalSteps, request.Json);
        using var parallelism = new Parallelism(request.Threads);
        var (samples, calls) = job.Run(parallelism, (_, step) =>
        {
            meter.Count();
            trajectory.Watch(step);
        });
        var seconds = meter.Seconds;
        meter.Dispose();
        if (!samples.IsFinite()) throw new DivergedException($"{request.Model}: samples of {request.Sampler.Name} are not finite numbers; {(request.SamplerOptions.Given == SamplerOption.None ? $"take more steps, or an earlier checkpoint than that of step {model.Step}" : "take smaller values of the sampler's options")}.");
        SampleWriter.Write(request.Out, format, model, samples, trajectory, classes);
        Report(request, context, model, classes, sampler.Grid.Count, calls, seconds, ModeCoverage.Of(model.Config.Data, samples));
        return DiffusionCommand.Success;
    }

    private static void Report(SampleRequest request, CommandContext context, TrainedModel model, ClassChoice classes, int steps, long calls, double seconds, ModeCoverage? coverage)
    {
        var output = context.Console.Out;
        var sampler = request.Sampler.Name;
        if (request.Json)
        {
            output.WriteLine(JsonLine.Of(
                ("file", request.Out),
                ("count", classes.Count),
                ("sampleShape", model.SampleShape.Dimensions.ToArray()),
                ("sampler", sampler),
                ("steps", steps),
                ("networkCalls", calls),
                ("seconds", seconds),
                ("seed", request.Seed),
                ("class", request.Class),
                ("labels", classes.PerClass is null ? classes.Labels?.Take(1).ToArray() : classes.Labels?.Distinct().ToArray()),
                ("guidance", classes.Labels is null ? null : classes.Guidance?.Weight ?? 1),
                ("guidanceRescale", classes.Guidance?.Rescale),
                ("guidanceInterval", classes.Guidance?.Interval is { } i ? new[] { i.Low, i.High } : null),
                ("trainedSteps", model.Step),
                ("nearModes", coverage?.Near),
                ("coveredModes", coverage?.Covered),
                ("modes", coverage?.Modes),
                ("largerMode", coverage?.Larger)));
            return;
        }

        var words = classes.Words.Length == 0 ? "" : $", {classes.Words},";
        var guided = classes.Guidance is { } g ? string.Create(CultureInfo.InvariantCulture, $" with guidance {g.Weight}") : "";
        output.WriteLine($"{request.Out}: {Say.Count(classes.Count)} samples of {Say.Sample(model.SampleShape)}{words} by {sampler} in {steps} {(steps == 1 ? "step" : "steps")}{guided}; {Say.Count(calls)} network calls, {Say.Duration(seconds)}");
        if (coverage?.Larger is { } larger)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{larger:P1} of the samples belong to its larger mode ({TwoModes.Weight:P1} of the data do)"));
        if (coverage is { } c)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{c.Near:P1} of the samples lie within three standard deviations of a mode ({ModeCoverage.Exact:P1} of the data do); {c.Covered} of {c.Modes} modes are covered"));
    }
}
