using System.Diagnostics;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Tests;

/// <summary>What a command left behind.</summary>
public sealed record Outcome(int Code, string Out, string Error);

/// <summary>Runs the command: in this process, or as one of its own.</summary>
internal static class Diffusion
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Outcome Run(params string[] args) => Run(false, CancellationToken.None, args);

    public static Outcome Run(bool terminal, CancellationToken stop, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = DiffusionCommand.Run(OnOneThread(args), new CommandConsole(output, error, terminal), stop);
        return new Outcome(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs and asserts success.</summary>
    public static Outcome Finish(params string[] args)
    {
        var outcome = Run(args);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.DoesNotContain("error:", outcome.Error, StringComparison.Ordinal);
        return outcome;
    }

    /// <summary>Runs and asserts success.</summary>
    /// <returns>The results, without progress and notes.</returns>
    public static string Succeed(params string[] args) => Finish(args).Out;

    /// <summary>The last line of what was said beside the results.</summary>
    public static string LastLine(Outcome outcome) => outcome.Error.TrimEnd().Split('\n')[^1].TrimEnd('\r');

    /// <summary>Runs and asserts a failure of one line.</summary>
    public static void Fail(int code, string line, params string[] args)
    {
        var outcome = Run(args);
        Assert.Equal(line + Environment.NewLine, outcome.Error);
        Assert.Equal(code, outcome.Code);
    }

    /// <summary>The built command as a process, its streams caught.</summary>
    public static Process Start(params string[] args) => StartProcess("dotnet", ["exec", Assembly(), .. OnOneThread(args)]);

    public static Process StartProcess(string file, params string[] args) => StartProcess(new ProcessStartInfo(file, args));

    /// <summary>A process with a folder or an environment of its own, its streams caught.</summary>
    public static Process StartProcess(ProcessStartInfo info)
    {
        (info.RedirectStandardOutput, info.RedirectStandardError, info.RedirectStandardInput) = (true, true, true);
        info.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var process = Process.Start(info)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for the end of a process.</summary>
    public static async Task<Outcome> End(Process process)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Outcome(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Waits until a condition holds while a process runs.</summary>
    public static async Task Until(Process process, Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(process.HasExited, "The process ended before the condition held.");
            Assert.True(watch.Elapsed < Patience, "The condition never held.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    // Tests run side by side; a test about threads names them.
    private static string[] OnOneThread(string[] args) =>
        args is ["train" or "sample" or "evaluate" or "theory" or "profile", ..] && !args.Contains("--threads") ? [args[0], "--threads", "1", .. args[1..]] : args;

    /// <summary>How these tests were built: Release or Debug.</summary>
    public static string Configuration() =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Contains("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    /// <summary>The command as built beside these tests.</summary>
    public static string Assembly() => typeof(DiffusionCommand).Assembly.Location;
}
