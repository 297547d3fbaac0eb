using System.Runtime.InteropServices;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli;

/// <summary>The process: its streams and its signals.</summary>
internal static class Program
{
    private const int Terminated = 143;

    private static int Main(string[] args)
    {
        var console = CommandConsole.OfProcess();
        using var stop = new CancellationTokenSource();
        var terminated = false;
        void End(PosixSignalContext signal)
        {
            // The first asks for a clean end where there is something to keep; any other is the system's own and ends at once.
            signal.Cancel = DiffusionCommand.EndsCleanly(args) && !stop.IsCancellationRequested;
            if (signal.Cancel)
            {
                terminated = signal.Signal == PosixSignal.SIGTERM;
                stop.Cancel();
            }
            else
            {
                console.Status.Leave();
            }
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var code = DiffusionCommand.Run(args, console, stop.Token);
        return code == DiffusionCommand.Stopped && terminated ? Terminated : code;
    }
}
