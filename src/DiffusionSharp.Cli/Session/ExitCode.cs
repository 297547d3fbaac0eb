namespace DiffusionSharp.Cli.Session;

/// <summary>What the process leaves behind for the shell.</summary>
public static class ExitCode
{
    /// <summary>All is done.</summary>
    public const int Success = 0;

    /// <summary>A run failed: it diverged, or a file could not be written.</summary>
    public const int Failed = 1;

    /// <summary>The options or the data are not what they must be.</summary>
    public const int Misused = 2;

    /// <summary>Ctrl-C ended it, as shells write it: 128 and the number of the signal.</summary>
    public const int Stopped = 130;
}
