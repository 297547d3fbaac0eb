using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli;

/// <summary>The command <c>diffusion</c>: text in, exit code out.</summary>
public static class DiffusionCommand
{
    private static readonly string[] Long = ["train", "sample", "evaluate", "theory", "profile"];

    /// <summary>Whether a command hears of Ctrl-C and ends at a good place, or may end anywhere.</summary>
    /// <param name="args">The arguments, the program's name left out.</param>
    internal static bool EndsCleanly(IReadOnlyList<string> args) => args.Count > 0 && Long.Contains(args[0]);

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments, the program's name left out.</param>
    /// <param name="console">Where it writes.</param>
    /// <param name="stop">Ends it cleanly; a training run leaves a checkpoint.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, CommandConsole console, CancellationToken stop = default) =>
        Run(args, new CommandContext(console, TimeProvider.System, stop));

    /// <summary>Runs a command by a clock of the caller's.</summary>
    internal static int Run(IReadOnlyList<string> args, CommandContext context)
    {
        try
        {
            var root = Root(context);
            var parse = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (parse.Action is ParseErrorAction) throw new UsageException(ParseProblem.Of(parse));
            using var answer = Answer(args, context);
            return parse.Invoke(new InvocationConfiguration
            {
                Output = context.Console.Out,
                Error = context.Console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
#pragma warning disable CA1031 // The edge of the program: whatever went wrong becomes one line and an exit code, never a stack trace.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var (code, text) = Failure(error);
            context.Note(text);
            return code;
        }
    }

    // Said by the signal itself, whatever the work is at; where a stop was asked before there was any, it is no news.
    internal static CancellationTokenRegistration Answer(IReadOnlyList<string> args, CommandContext context)
    {
        if (context.Stop.IsCancellationRequested) return default;
        var when = args is ["train", ..] ? " after this step, with a checkpoint" : "";
        return context.Stop.Register(() => context.Note($"stopping{when}; Ctrl-C again to stop now"));
    }

    private static RootCommand Root(CommandContext context)
    {
        var (train, sample, inspect) = (TrainCommand.Create(context), SampleCommand.Create(context), InspectCommand.Create(context));
        var (evaluate, profile, list) = (EvaluateCommand.Create(context), ProfileCommand.Create(context), ListCommand.Create(context));
        var theory = TheoryCommand.Create(context);
        var completion = CompletionCommand.Create(context);
        var root = new RootCommand("Train, sample, measure and explain diffusion models.")
        {
            train, sample, evaluate, theory, inspect, profile, list, completion,
        };
        var page = new HelpPage(
            new Dictionary<Command, IReadOnlyList<string>>
            {
                [root] = [TrainCommand.Example, SampleCommand.Example, InspectCommand.Example],
                [train] =
                [
                    TrainCommand.Example,
                    "diffusion train --data digits --out digits-run --steps 300",
                    "diffusion train --data digits --conditional --out classes-run --steps 300",
                    "diffusion train --out moons-run --resume",
                ],
                [sample] =
                [
                    SampleCommand.Example,
                    "diffusion sample moons-run --out moons.npy --sampler ddpm --count 10000",
                    "diffusion sample classes-run --out classes.png --class all --guidance 2",
                ],
                [evaluate] = [EvaluateCommand.Example, "diffusion evaluate digits-run --data digits --metric elbo --count 16 --steps 100"],
                [theory] = [TheoryCommand.Example, "diffusion theory posterior --out posterior"],
                [inspect] = [InspectCommand.Example, "diffusion inspect digits", "diffusion inspect quickstart --plan --batch 32"],
                [profile] = [ProfileCommand.Example, "diffusion profile unet-s --forward --by layer --threads 1"],
                [list] = ["diffusion list sources", "diffusion list presets quickstart", "diffusion list samplers --json"],
                [completion] = CompletionCommand.Examples,
            },
            context.Console.ListWidth ?? CommandConsole.UsualWidth);
        root.Add(HelpCommand.Create(root, page, context));
        root.SetAction(_ => page.Write(root, context.Console.Out));
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "Show what a command takes, with examples.";
        help.Action = page;
        help.Aliases.Clear();
        help.Aliases.Add("-h");
        root.Options.OfType<VersionOption>().Single().Description = "Show the version.";
        return root;
    }

    private static (int Code, string Text) Failure(Exception error) => error switch
    {
        UsageException or DataException => (ExitCode.Misused, $"error: {OneLine(error.Message)}"),
        OptionException option => (ExitCode.Misused, $"error: {OneLine(option.Worded(Options.Word))}"),
        ArgumentException argument => (ExitCode.Misused, $"error: {WithoutParameter(argument)}"),
        NotSupportedException => (ExitCode.Misused, $"error: {OneLine(error.Message)}"),
        OverflowException => (ExitCode.Misused, "error: the sizes asked for are too large to compute with; lower the batch or the size."),
        OutOfMemoryException => (ExitCode.Failed, "error: there is not enough memory; lower the batch or the size."),
        StoppedException => (ExitCode.Stopped, $"stopped: {OneLine(error.Message)}"),
        DivergedException or IOException or UnauthorizedAccessException or InvalidOperationException => (ExitCode.Failed, $"error: {OneLine(error.Message)}"),
        _ => (ExitCode.Failed, $"error: internal: {error.GetType().Name}: {OneLine(error.Message)}"),
    };

    // The name of a parameter says nothing on a command line.
    private static string WithoutParameter(ArgumentException error) =>
        OneLine(error.ParamName is { } name ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : error.Message);

    private static string OneLine(string message) =>
        string.Concat(message.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? ' ' : c)).Trim();
}
