using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>The usual help with examples at its end, each of which works as it stands.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private readonly IReadOnlyDictionary<Command, IReadOnlyList<string>> examples;
    private readonly HelpAction inner;

    private ExampleHelp(HelpAction inner, IReadOnlyDictionary<Command, IReadOnlyList<string>> examples) => (this.inner, this.examples) = (inner, examples);

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Gives a root command's help its examples.</summary>
    public static void Attach(RootCommand root, IReadOnlyDictionary<Command, IReadOnlyList<string>> examples)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Description = "Show help and an example.";
        option.Action = new ExampleHelp(new HelpAction { MaxWidth = 120 }, examples);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        inner.Invoke(parseResult);
        if (!examples.TryGetValue(parseResult.CommandResult.Command, out var lines)) return 0;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var line in lines) output.WriteLine("  " + line);
        output.WriteLine();
        return 0;
    }
}
