using System.Runtime.InteropServices;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli;

/// <summary>The process: its streams and its signals.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        void EndCleanly(PosixSignalContext signal)
        {
            // The first asks for a clean end, the second is the system's own and ends at once.
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndCleanly);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndCleanly);
        return DiffusionCommand.Run(args, CommandConsole.OfProcess(), stop.Token);
    }
}
