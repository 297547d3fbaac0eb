using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Training.Configuration;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion list</c>: the names that options take.</summary>
internal static class ListCommand
{
    private delegate IEnumerable<(string Name, string Description)> Listing();

    private static Choice<Listing> Lists { get; } = new(
        ("samplers", () => Choices.Samplers.Entries.Select(e => (e.Name, e.Description)), ""),
        ("schedules", () => Choices.Schedules.Entries.Select(e => (e.Name, e.Description)), ""),
        ("presets", () => Presets.All.Select(p => (p.Name, $"{p.Description}. {p.Recipe}")), ""),
        ("sources", () => DataSources.Names.Concat(DataSources.Forms).Select(s => (s.Key, s.Value)), ""));

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var what = new Argument<string?>("WHAT") { Description = $"{Lists.Names}.", Arity = ArgumentArity.ZeroOrOne };
        var json = Options.Json();
        var command = new Command("list", "List the samplers, schedules, presets or sources there are.") { what, json };
        command.SetAction(parse =>
        {
            var asked = parse.GetValue(what) ?? throw new UsageException($"list: there are {Lists.Names}; say which.");
            if (!Lists.TryFind(asked, out var listing)) throw new UsageException($"list: '{asked}' is unknown; there are {Lists.Names}.");
            var table = new TextTable();
            foreach (var (name, description) in listing())
            {
                if (parse.GetValue(json)) context.Console.Out.WriteLine(JsonLine.Of(("name", name), ("description", description)));
                else table.Add(name, description);
            }

            table.Write(context.Console.Out);
            return DiffusionCommand.Success;
        });
        return command;
    }
}
