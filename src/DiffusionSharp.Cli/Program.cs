using System.Runtime.InteropServices;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli;

/// <summary>The process: its streams and its signals.</summary>
internal static class Program
{
    private const int HungUp = 129, Terminated = 143;

    private static int Main(string[] args)
    {
        var console = CommandConsole.OfProcess();
        using var stop = new CancellationTokenSource();
        var ended = ExitCode.Stopped;
        void End(PosixSignalContext signal)
        {
            // The first asks for a clean end where there is something to keep; any other is the system's own and ends at once.
            signal.Cancel = DiffusionCommand.EndsCleanly(args) && !stop.IsCancellationRequested;
            if (signal.Cancel)
            {
                ended = signal.Signal switch { PosixSignal.SIGTERM => Terminated, PosixSignal.SIGHUP => HungUp, _ => ExitCode.Stopped };
                stop.Cancel();
            }
            else
            {
                console.Status.Leave();
            }
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        var code = DiffusionCommand.Run(args, console, stop.Token);
        return code == ExitCode.Stopped ? ended : code;
    }
}
