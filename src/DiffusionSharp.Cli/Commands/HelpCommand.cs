using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion help</c>: the help of a command, as <c>--help</c> after it gives.</summary>
internal static class HelpCommand
{
    /// <summary>The command.</summary>
    /// <param name="root">Whose commands it knows.</param>
    /// <param name="page">Writes the help.</param>
    /// <param name="context">Where to.</param>
    public static Command Create(RootCommand root, HelpPage page, CommandContext context)
    {
        var name = new Argument<string?>("COMMAND") { Description = "Which command; without one, all of them.", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => root.Subcommands.Select(c => c.Name));
        var command = new Command("help", "Show what a command takes, with examples.") { name };
        command.SetAction(parse =>
        {
            var asked = parse.GetValue(name);
            var names = root.Subcommands.Select(c => c.Name).ToArray();
            var found = asked is null ? root : root.Subcommands.FirstOrDefault(c => string.Equals(c.Name, asked, StringComparison.OrdinalIgnoreCase));
            if (found is null) throw new UsageException($"help: {DidYouMean.Unknown(asked!, names, $"there are {string.Join(", ", names)}")}");
            page.Write(found, context.Console.Out);
            return ExitCode.Success;
        });
        return command;
    }
}
