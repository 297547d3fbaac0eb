using System.CommandLine;
using System.Globalization;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion list</c>: the names that options take, and what is known of each.</summary>
internal static class ListCommand
{
    private delegate Listing MakeListing();

    private static Choice<MakeListing> Lists { get; } = new(
        ("sources", Sources, "data to train on and to measure on: --data"),
        ("presets", PresetList, "recipes of training: train --preset"),
        ("schedules", Schedules, "how noise grows with time: train --schedule"),
        ("samplers", Samplers, "ways from noise to samples: sample --sampler"),
        ("spacings", Spacings, "which noise levels the steps visit: sample --spacing"),
        ("experiments", Experiments, "claims of the theory that can be run: theory NAME"));

    /// <summary>The command with its options.</summary>
    public static Command Create(CommandContext context)
    {
        var what = new Argument<string?>("WHAT") { Description = $"{Lists.Names}; without it, what each of these is.", Arity = ArgumentArity.ZeroOrOne };
        what.CompletionSources.Add([.. Lists.Entries.Select(e => e.Name)]);
        var name = new Argument<string?>("NAME") { Description = "One of the list, with all that is known of it.", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(completion => Lists.TryFind(completion.ParseResult.GetValue(what) ?? "", out var make) ? make().Names : []);
        var json = Options.Json();
        var command = new Command("list", "List the names that options take: sources, presets, samplers and more.") { what, name, json };
        command.SetAction(parse =>
        {
            var console = context.Console;
            var listing = Listed(parse.GetValue(what));
            if (parse.GetValue(name) is { } asked) listing = listing.Only(asked);
            if (parse.GetValue(json)) listing.WriteJson(console.Out);
            else if (parse.GetValue(name) is not null) listing.WriteWhole(console.Out, console.ListWidth);
            else listing.WriteTable(console.Out, console.ListWidth);
            return ExitCode.Success;
        });
        return command;
    }

    private static Listing Listed(string? what)
    {
        if (what is null) return Names("lists", Lists.Entries.Select(e => (e.Name, e.Description)));
        return Lists.TryFind(what, out var make) ? make() : throw new UsageException($"list: {Lists.Unknown(what)}");
    }

    private static Listing Sources() => Names("sources", DataSource.BuiltIn.Concat(DataSource.FileForms).Select(s => (s.Key, s.Value)));

    private static Listing Schedules() => Names("schedules", Choices.Schedules.Entries.Select(e => (e.Name, e.Description)));

    private static Listing Spacings() => Names("spacings", Choices.Spacings.Entries.Select(e => (e.Name, e.Description)));

    private static Listing Experiments() => Names("experiments", ExperimentCatalog.All.Select(e => (e.Name, e.Title)));

    private static Listing Names(string list, IEnumerable<(string Name, string Description)> entries)
    {
        var listing = new Listing(list, "name", "what it is");
        foreach (var (name, description) in entries) listing.Add([name, description], [("name", name), ("description", description)]);
        return listing;
    }

    private static Listing PresetList()
    {
        var listing = new Listing("presets", "name", "for", "steps", "on 2 cores", "what it is");
        foreach (var preset in Presets.All)
        {
            var config = preset.Build(preset.Name, preset.Sample);
            var kind = preset.ForPictures ? "pictures" : "vectors";
            var steps = $"{Say.Count(config.Steps)} of {Say.Count(config.Batch)}";
            var flops = TrainingWork.Flops(config);
            listing.Add(
                [preset.Name, kind, steps, $"about {Say.About(TrainingWork.SecondsOnTwoCores(flops))}", preset.Description],
                [
                    ("name", preset.Name),
                    ("description", preset.Description),
                    ("for", kind),
                    ("steps", config.Steps),
                    ("batch", config.Batch),
                    ("flops", flops),
                    ("recipe", preset.Recipe),
                ],
                ("recipe", preset.Recipe));
        }

        return listing;
    }

    private static Listing Samplers()
    {
        var listing = new Listing("samplers", "name", "order", "noise", "calls", "options", "what it is and where it comes from");
        var schedule = new VpLinearSchedule();
        foreach (var entry in SamplerCatalog.All)
        {
            // Order and calls do not depend on schedule and grid.
            var sampler = entry.Create(schedule, TimeGrid.Uniform(schedule, 2));
            var taken = Enum.GetValues<SamplerOption>().Where(o => o != SamplerOption.None && entry.Takes.HasFlag(o));
            string[] options = [.. taken.Select(o => Options.Word(o.ToString()))];
            listing.Add(
                [
                    entry.Name,
                    sampler.Order?.ToString(CultureInfo.InvariantCulture) ?? "-",
                    sampler.IsDeterministic ? "no" : "yes",
                    sampler.CallsPerStep is { } calls ? Calls(calls, sampler.StartCalls) : "varies",
                    options.Length == 0 ? "-" : string.Join(' ', options),
                    $"{entry.Description}{(entry.NeedsDensity ? "; closed forms only" : "")} ({entry.Source})",
                ],
                [
                    ("name", entry.Name),
                    ("order", sampler.Order),
                    ("deterministic", sampler.IsDeterministic),
                    ("callsPerStep", sampler.CallsPerStep),
                    ("startCalls", sampler.StartCalls),
                    ("needsDensity", entry.NeedsDensity),
                    ("options", options),
                    ("description", entry.Description),
                    ("source", entry.Source),
                ]);
        }

        return listing;
    }

    // Calls of a step, and what the first steps cost beside.
    private static string Calls(int calls, int start) => $"{Say.Count(calls)}{(start == 0 ? "" : $" (+{Say.Count(start)})")}";
}
