using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>The help of a command: what it does, its options in groups, and examples, each of which works as it stands.</summary>
/// <param name="examples">By command.</param>
/// <param name="width">Columns.</param>
internal sealed class HelpPage(IReadOnlyDictionary<Command, IReadOnlyList<string>> examples, int width) : SynchronousCommandLineAction
{
    private const string Indent = "  ";

    // Names longer than this have their words on the next line.
    private const int NameColumn = 26;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Success;
    }

    /// <summary>Writes the help of a command.</summary>
    public void Write(Command command, TextWriter output)
    {
        foreach (var line in Lines.Wrap(command.Description ?? "", width)) output.WriteLine(line);
        output.WriteLine();
        output.WriteLine($"Usage: {Usage(command)}");
        Section(output, "Commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
        Section(output, "Arguments", command.Arguments.Select(a => (Placeholder(a), a.Description ?? "")));
        var groups = command is GroupedCommand grouped ? grouped.Groups : [];
        foreach (var (title, options) in groups) Section(output, title, options.Select(o => (Name(o), Description(o))));
        var others = command.Options.Where(o => !groups.Any(g => g.Options.Contains(o)));
        IEnumerable<Option> inherited = command is RootCommand ? [] : command.Parents.OfType<RootCommand>().SelectMany(r => r.Options.OfType<HelpOption>());
        Section(output, groups.Count > 0 ? "Help" : "Options", others.Concat(inherited).Select(o => (Name(o), Description(o))));
        if (examples.TryGetValue(command, out var lines))
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach (var line in lines) output.WriteLine(Indent + line);
        }

        if (command is not RootCommand) return;
        output.WriteLine();
        output.WriteLine("'diffusion help COMMAND' shows the options of a command.");
    }

    private static string Usage(Command command)
    {
        if (command is RootCommand) return "diffusion COMMAND [options]";
        var needed = command.Options.Where(o => o.Required).Select(Name);
        return string.Join(' ', [$"diffusion {command.Name}", .. command.Arguments.Select(Usage), .. needed, "[options]"]);
    }

    private static string Usage(Argument argument)
    {
        var name = Placeholder(argument);
        if (argument.Arity.MinimumNumberOfValues > 0) return name;
        return argument.Arity.MaximumNumberOfValues > 1 ? $"[{name}…]" : $"[{name}]";
    }

    private static string Placeholder(Argument argument) => argument.HelpName ?? argument.Name;

    private static string Name(Option option) =>
        option is HelpOption or VersionOption || option.HelpName is not { } value ? option.Name : $"{option.Name} {value}";

    private static string Description(Option option) => option.Required ? $"{option.Description} Needed." : option.Description ?? "";

    private void Section(TextWriter output, string title, IEnumerable<(string Name, string Words)> entries)
    {
        var first = true;
        foreach (var (name, words) in entries)
        {
            if (first)
            {
                output.WriteLine();
                output.WriteLine($"{title}:");
                first = false;
            }

            var beside = name.Length <= NameColumn;
            if (!beside) output.WriteLine(Indent + name);
            foreach (var (i, line) in Lines.Wrap(words.Replace("  ", " ", StringComparison.Ordinal), width - NameColumn - (2 * Indent.Length)).Index())
                output.WriteLine($"{Indent}{(i == 0 && beside ? name : "").PadRight(NameColumn)}{Indent}{line}".TrimEnd());
        }
    }
}
