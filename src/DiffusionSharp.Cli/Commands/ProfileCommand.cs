using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Programs;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion profile</c>: where the time of a step goes on this machine.</summary>
internal static class ProfileCommand
{
    /// <summary>A command that works.</summary>
    public const string Example = "diffusion profile quickstart --batch 8 --steps 3";

    private const int Runs = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("NETWORK") { Description = $"What to run on random numbers: {NamedNetwork.Expected}." };
        var batch = Options.Integer("--batch", "Samples of a step.  [default: the configuration's]", most: 1_000_000);
        var steps = Options.Integer(
            "--steps", $"Steps to time, after a second and a half to warm up; of each operation the median counts.  [default: {Runs}]", most: 100_000);
        var forward = Options.Flag("--forward", "The forward pass that sampling runs, not a training step.");
        var by = Options.Named("--by", "What a row is.  [default: kind]", Choices.Groupings);
        var precision = Options.Precision("fast allows Winograd's convolutions, exact rules them out.  [default: the configuration's]");
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new GroupedCommand("profile", "Time every operation of a network's step and compare with what this machine can do.") { name }
            .With("What to time", forward, batch, precision, steps)
            .With("Output and running", by, threads, json);
        command.SetAction(parse =>
        {
            var network = NamedNetwork.Find("profile", parse.GetValue(name)!, parse.GetValue(batch), parse.GetValue(precision));
            using var parallelism = new Parallelism(context.Threads(parse.GetValue(threads)));
            var program = new NetworkProgram(network.Config, Training: !parse.GetValue(forward));
            var runs = parse.GetValue(steps) ?? Runs;
            (PlanSummary Plan, ProgramProfile Times) profile;
            using var display = new ProgressDisplay(context.Console, context.Clock, "timing", parse.GetValue(json), unit: null);
            try
            {
                display.Report(0, 0, network.Name);
                profile = program.Profile(parallelism, WarmUp, runs, context.Clock, context.Stop);
            }
            catch (OperationCanceledException)
            {
                throw new StoppedException("before all steps were timed; nothing is shown.");
            }

            display.Dispose();
            var rows = ProfileRows.Of(profile.Plan, profile.Times, parse.GetValue(by) ?? ProfileGrouping.Kind);
            var limits = MachineLimits.Measure(parallelism, context.Clock);
            var report = new ProfileReport(network, program, runs, parallelism.Threads, profile.Plan, rows, limits);
            if (parse.GetValue(json)) context.Console.Out.WriteLine(JsonLine.Of(report.Members()));
            else report.Write(context.Console.Out);
            return ExitCode.Success;
        });
        return command;
    }
}
