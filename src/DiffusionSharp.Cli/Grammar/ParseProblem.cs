using System.CommandLine;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>Says in a sentence why a command line cannot be read, and what would mend it.</summary>
internal static class ParseProblem
{
    /// <summary>The sentence, ending in the help that has more.</summary>
    public static string Of(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var path = command is RootCommand ? "diffusion" : $"diffusion {command.Name}";

        // A word that nothing takes is the slip behind whatever else is missing.
        var problem = parse.UnmatchedTokens.Count > 0
            ? Unmatched(parse.UnmatchedTokens[0], command)
            : Missing(parse, command) ?? parse.Errors[0].Message;
        return $"{problem}{(problem[^1] is '.' or '?' ? "" : ".")} See '{path} --help'.";
    }

    private static string Unmatched(string word, Command command)
    {
        if (word.StartsWith('-'))
        {
            var options = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(c => c.Options));
            var near = DidYouMean.Nearest(word, options.Select(o => o.Name));
            return $"{Prefix(command)}there is no option '{word}'{(near is null ? "" : $"; did you mean '{near}'?")}";
        }

        if (command is RootCommand)
        {
            var names = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToArray();
            var there = DidYouMean.Nearest(word, names) is { } near ? $"did you mean '{near}'?" : $"there are {string.Join(", ", names)}";
            return $"there is no command '{word}'; {there}";
        }

        return $"{Prefix(command)}'{word}' is one word too many; values that hold spaces stand in quotes";
    }

    private static string? Missing(ParseResult parse, Command command)
    {
        if (command.Options.FirstOrDefault(LacksValue) is { } empty)
            return $"{empty.Name}: a value is needed after it, {empty.Name} {empty.HelpName ?? "VALUE"}";
        if (command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && parse.GetResult(a) is not { Tokens.Count: > 0 }) is { } argument)
            return $"{Prefix(command)}{argument.Name} is missing: {Start(argument.Description)}";
        return command.Options.FirstOrDefault(o => o.Required && parse.GetResult(o)?.IdentifierToken is null) is { } option
            ? $"{Prefix(command)}{option.Name} {option.HelpName} is missing: {Start(option.Description)}"
            : null;

        bool LacksValue(Option o) => o.Arity.MinimumNumberOfValues > 0 && parse.GetResult(o) is { IdentifierToken: not null, Tokens.Count: 0 };
    }

    private static string Prefix(Command command) => command is RootCommand ? "" : $"{command.Name}: ";

    // The first sentence, as the end of another.
    private static string Start(string? description)
    {
        var text = description ?? "";
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        text = end < 0 ? text : text[..(end + 1)];
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
