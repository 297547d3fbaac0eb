using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Inspection;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Programs;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion inspect</c>: what a path holds.</summary>
internal static class InspectCommand
{
    /// <summary>A command that works once the one of <see cref="TrainCommand.Example"/> has.</summary>
    public const string Example = "diffusion inspect moons-run";

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var path = new Argument<string>("PATH") { Description = "A run, a checkpoint, a .safetensors, .npy, .png or .jpg file, a folder of data, or a built-in source." };
        var plan = new Option<bool>("--plan") { Description = $"Show every step of the program instead. PATH is then {NamedNetwork.Expected}." };
        var forward = new Option<bool>("--forward") { Description = "With --plan: the forward pass that sampling runs, not a training step." };
        var batch = Options.Integer("--batch", "With --plan: samples of a step.  [default: the configuration's]", most: 1_000_000);
        var precision = Options.Precision("With --plan: fast or exact.  [default: the configuration's]");
        var json = Options.Json();
        var command = new Command("inspect", "Show what a run, a model or a data file holds, or the plan of a network.") { path, plan, forward, batch, precision, json };
        command.SetAction(parse =>
        {
            var asked = parse.GetValue(path)!;
            if (!parse.GetValue(plan) && (parse.GetValue(forward) || parse.GetValue(batch) is not null || parse.GetValue(precision) is not null)) throw new UsageException("inspect: --forward, --batch and --precision belong to --plan.");
            var found = parse.GetValue(plan) ? new InspectedPlan(NamedNetwork.Find("inspect --plan", asked, parse.GetValue(batch), parse.GetValue(precision)), !parse.GetValue(forward)) : Inspected.At(asked);
            if (parse.GetValue(json)) context.Console.Out.WriteLine(JsonLine.Of(found.Members()));
            else found.Write(context.Console.Out);
            return DiffusionCommand.Success;
        });
        return command;
    }
}
