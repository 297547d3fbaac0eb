using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Inspection;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Programs;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion inspect</c>: what a path holds.</summary>
internal static class InspectCommand
{
    /// <summary>A command that works once the one of <see cref="TrainCommand.Example"/> has.</summary>
    public const string Example = "diffusion inspect moons-run";

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A run, a checkpoint, a .safetensors, .npy, .png or .jpg file, a folder of data, or a built-in source.",
        };
        path.CompletionSources.Add([.. DataSource.BuiltIn.Keys, .. NamedNetwork.Names]);
        var layers = Options.Flag("--layers", "Show the layers of a run's network too.");
        var schedule = Options.Flag("--schedule", "Show levels of a run's noise schedule too.");
        var plan = Options.Flag(
            "--plan", "Show every step of the network's program instead; PATH is a run, a configuration (.json), a preset, or a measured network.");
        var forward = Options.Flag("--forward", "With --plan: the forward pass that sampling runs, not a training step.");
        var batch = Options.Integer("--batch", "With --plan: samples of a step.  [default: the configuration's]", most: 1_000_000);
        var precision = Options.Precision("With --plan.  [default: the configuration's]");
        var json = Options.Json();
        var command = new GroupedCommand("inspect", "Show what a run, a model or a data file holds, or the plan of a network.") { path }
            .With("What to show of a run", layers, schedule)
            .With("The plan of a network", plan, forward, batch, precision)
            .With("Output", json);
        command.SetAction(parse =>
        {
            var asked = SourceName.Settle(parse.GetValue(path)!);
            var more = new InspectedParts(parse.GetValue(layers), parse.GetValue(schedule));
            var (ofForward, ofBatch, ofPrecision) = (parse.GetValue(forward), parse.GetValue(batch), parse.GetValue(precision));
            var planned = parse.GetValue(plan);
            if (!planned && (ofForward || ofBatch is not null || ofPrecision is not null))
                throw new UsageException("inspect: --forward, --batch and --precision belong to --plan; add it, or leave them out.");
            if (planned && more.Any) throw new UsageException("inspect: --plan shows the program alone; leave --layers and --schedule out.");
            var found = planned
                ? new InspectedPlan(NamedNetwork.Find("inspect --plan", asked, ofBatch, ofPrecision), training: !ofForward)
                : Inspected.At(asked, more);
            if (parse.GetValue(json)) context.Console.Out.WriteLine(JsonLine.Of(found.Members()));
            else found.Write(context.Console.Out);
            return ExitCode.Success;
        });
        return command;
    }
}
