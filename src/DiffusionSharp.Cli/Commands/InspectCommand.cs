using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Inspection;
using DiffusionSharp.Cli.Output;

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
        var json = Options.Json();
        var command = new Command("inspect", "Show what a run, a model or a data file holds.") { path, json };
        command.SetAction(parse =>
        {
            var found = Inspected.At(parse.GetValue(path)!);
            if (parse.GetValue(json)) context.Console.Out.WriteLine(JsonLine.Of(found.Members()));
            else found.Write(context.Console.Out);
            return DiffusionCommand.Success;
        });
        return command;
    }
}
