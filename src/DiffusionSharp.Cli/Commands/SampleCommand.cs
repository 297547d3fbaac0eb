using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Sampling;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Samplers.Catalog;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion sample</c>: a trained model in, a file of samples out.</summary>
internal static class SampleCommand
{
    /// <summary>A command that works once the one of <see cref="TrainCommand.Example"/> has.</summary>
    public const string Example = "diffusion sample moons-run --out moons.svg";

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var model = new Argument<string>("MODEL") { Description = "Folder of a run, or of one of its checkpoints, or the file of a model." };
        var output = Options.Text(
            "--out",
            "FILE|FOLDER",
            "Where samples go: .png a grid of pictures, .gif their denoising, .svg points in the plane, "
            + ".npy numbers [N, H, W, C] in [-1, 1] or [N, D]; a folder, without an ending, one file a sample.");
        output.Required = true;
        var sampler = Options.Sampler("How to sample; 'diffusion list samplers' names them all.  [default: ddim]");
        var steps = Options.Integer(
            "--steps",
            "Steps from noise to data.  [default: 50; all trained levels with ddpm, and with ncsn and ncsn-v2 where levels of noise were trained]",
            most: 1_000_000);
        var count = Options.Integer("--count", "How many samples.  [default: 64 pictures, 2000 points, 8 rows of a strip]", most: 10_000_000);
        var seed = Options.Seed("Of all noise; sample k depends on the seed, k and its class alone.  [default: 0]");
        var eta = Options.Share("--eta", "Share of fresh noise in samplers that have one, 0 to 1.  [default: the sampler's; 0 with ddim]");
        var spacing = Options.Named(
            "--spacing",
            "Which noise levels the steps visit.  [default: trailing; linspace where levels of noise were trained, uniform where no timesteps were]",
            Choices.Spacings);
        var variance = Options.Named("--variance", "Variance of a step of ddpm.  [default: what the model learned; else small]", Choices.Variances);
        var churn = Options.Real(
            "--churn", "Noise that EDM's sampler adds and removes over the trajectory, S_churn.", x => x >= 0, "a number of at least 0");
        var snr = Options.PositiveReal("--snr", "Signal-to-noise ratio of a corrector's step.");
        var langevinSteps = Options.Integer(
            "--langevin-steps",
            "Langevin steps at each level.  [default: the sampler's; where levels of noise were trained about 1000 over all of them]",
            most: 100_000);
        var stepSize = Options.PositiveReal(
            "--step-size",
            "Step of Langevin dynamics, relative to the noise level.  [default: the sampler's; by the ratio of the levels with ncsn-v2]");
        var tolerance = Options.PositiveReal("--tolerance", "Error a step of adaptive solvers may make.");
        var weights = Options.Weights();
        var batch = Options.BatchOfWork();
        var label = Options.Text(
            "--class",
            "K",
            "The class to draw from, by number or name, or 'all': a sheet with one row for each; for models trained with --conditional.  "
            + "[default: without a class]");
        var guidance = Options.Real(
            "--guidance",
            "How far past the class's own estimate, w of classifier-free guidance; 1 is the class alone, "
            + "above 1 guides at twice the network calls.  [default: 1]",
            x => x >= 0,
            "a finite number of at least 0");
        var rescale = Options.Share(
            "--guidance-rescale", "How far guided estimates are brought back to the spread of unguided ones, 0 to 1.  [default: 0]");
        var interval = Options.Interval("--guidance-interval", "Guide only at noise levels σ/α above LOW and up to HIGH.  [default: at all]");
        var strip = Options.Flag("--strip", "Show how samples emerge: moments of denoising side by side.");
        var scale = Options.Integer("--scale", "Whole factor that pictures are magnified by.  [default: small ones as far as they can be seen]", most: 64);
        var precision = Options.Precision("fast allows Winograd's convolutions, exact rules them out.  [default: the run's]");
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new GroupedCommand("sample", "Draw samples from a trained model.") { model }
            .With("What to draw", output, count, seed, strip, scale, weights)
            .With("Classes and guidance", label, guidance, rescale, interval)
            .With("Sampler", sampler, steps, spacing)
            .With("Options of some samplers", eta, variance, churn, snr, langevinSteps, stepSize, tolerance)
            .With("Running", batch, precision, threads, json);
        command.SetAction(parse =>
        {
            var options = new SampleOptions
            {
                Sampler = parse.GetValue(sampler) is { } entry ? (SamplerChoice)entry : null,
                SamplerOptions = new SamplerOptions(
                    parse.GetValue(eta),
                    parse.GetValue(variance),
                    parse.GetValue(churn),
                    parse.GetValue(snr),
                    parse.GetValue(langevinSteps),
                    parse.GetValue(stepSize),
                    parse.GetValue(tolerance)),
                Spacing = parse.GetValue(spacing),
                Class = parse.GetValue(label) is { } text ? (ClassChoice)text : null,
                Guidance = parse.GetValue(guidance),
                GuidanceRescale = parse.GetValue(rescale),
                GuidanceInterval = parse.GetValue(interval),
                Batch = parse.GetValue(batch),
            };
            var how = new OpenOptions
            {
                Weights = parse.GetValue(weights),
                Precision = parse.GetValue(precision),
                Threads = context.Threads(parse.GetValue(threads)),
            };
            var opened = DiffusionModel.Open(parse.GetValue(model)!, how);
            var target = new SampleOutput(parse.GetValue(output)!, parse.GetValue(strip), parse.GetValue(scale));
            return Run(opened, target, parse.GetValue(count), parse.GetValue(seed) ?? 0, parse.GetValue(steps), options, parse.GetValue(json), context);
        });
        return command;
    }

    private static int Run(
        DiffusionModel model, SampleOutput output, int? count, ulong seed, int? steps, SampleOptions options, bool json, CommandContext context)
    {
        var (format, asked) = output.Prepare(model, count, options);
        var begun = context.Clock.GetTimestamp();
        Samples samples;
        using (var meter = new SamplingMeter(context, json)) samples = meter.Watch(() => model.Sample(asked, seed, steps, format, meter, context.Stop));
        var seconds = context.Clock.GetElapsedTime(begun).TotalSeconds;
        output.Write(samples);
        var coverage = model.Config is { } config ? ModeCoverage.Of(config.Data, samples.Values) : null;
        var report = json
            ? SampleReport.Json(samples, output.Path, options, seconds, coverage)
            : SampleReport.Text(samples, output.Path, options, seconds, coverage);
        context.Console.Out.WriteLine(report);
        return ExitCode.Success;
    }
}
