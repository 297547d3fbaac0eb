using System.CommandLine;
using System.Globalization;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Sampling;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Training.Configuration;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion list</c>: the names that options take, and what is known of each.</summary>
internal static class ListCommand
{
    private delegate Listing MakeListing();

    private static Choice<MakeListing> Lists { get; } = new(
        ("samplers", Samplers, ""),
        ("schedules", () => Names(Choices.Schedules.Entries.Select(e => (e.Name, e.Description))), ""),
        ("presets", () => Names(Presets.All.Select(p => (p.Name, $"{p.Description}. {p.Recipe}"))), ""),
        ("sources", () => Names(DataSource.BuiltIn.Concat(DataSource.FileForms).Select(s => (s.Key, s.Value))), ""),
        ("experiments", () => Names(ExperimentCatalog.All.Select(e => (e.Name, e.Title))), ""));

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var what = new Argument<string?>("WHAT") { Description = $"{Lists.Names}.", Arity = ArgumentArity.ZeroOrOne };
        var json = Options.Json();
        var command = new Command("list", "List the samplers, schedules, presets, sources or experiments there are.") { what, json };
        command.SetAction(parse =>
        {
            var asked = parse.GetValue(what) ?? throw new UsageException($"list: there are {Lists.Names}; say which.");
            if (!Lists.TryFind(asked, out var make)) throw new UsageException($"list: '{asked}' is unknown; there are {Lists.Names}.");
            var listing = make();
            if (parse.GetValue(json)) foreach (var line in listing.Json) context.Console.Out.WriteLine(line);
            else listing.Table.Write(context.Console.Out);
            return DiffusionCommand.Success;
        });
        return command;
    }

    private static Listing Names(IEnumerable<(string Name, string Description)> entries)
    {
        var listing = new Listing();
        foreach (var (name, description) in entries)
        {
            listing.Table.Add(name, description);
            listing.Json.Add(JsonLine.Of(("name", name), ("description", description)));
        }

        return listing;
    }

    private static Listing Samplers()
    {
        var listing = new Listing();
        listing.Table.Add("name", "order", "noise", "calls", "options", "what it is and where it comes from");
        var schedule = new VpLinearSchedule();
        foreach (var entry in SamplerCatalog.All)
        {
            // Order and calls do not depend on schedule and grid.
            var sampler = entry.Create(schedule, TimeGrid.Uniform(schedule, 2));
            string[] options = [.. SamplerChoice.OptionsOf(entry)];
            listing.Table.Add(
                entry.Name,
                sampler.Order?.ToString(CultureInfo.InvariantCulture) ?? "-",
                sampler.IsDeterministic ? "no" : "yes",
                sampler.CallsPerStep is { } calls ? Calls(calls, sampler.StartCalls) : "varies",
                options.Length == 0 ? "-" : string.Join(' ', options),
                $"{entry.Description}{(entry.NeedsDensity ? "; closed forms only" : "")} ({entry.Source})");
            listing.Json.Add(JsonLine.Of(
                ("name", entry.Name),
                ("order", sampler.Order),
                ("deterministic", sampler.IsDeterministic),
                ("callsPerStep", sampler.CallsPerStep),
                ("startCalls", sampler.StartCalls),
                ("needsDensity", entry.NeedsDensity),
                ("options", options),
                ("description", entry.Description),
                ("source", entry.Source)));
        }

        return listing;
    }

    // Calls of a step, and what the first steps cost beside.
    private static string Calls(int calls, int start) => start == 0 ? string.Create(CultureInfo.InvariantCulture, $"{calls}") : string.Create(CultureInfo.InvariantCulture, $"{calls} (+{start})");

    /// <summary>A list in the forms for people and for programs.</summary>
    private sealed class Listing
    {
        public TextTable Table { get; } = new();

        public List<string> Json { get; } = [];
    }
}
