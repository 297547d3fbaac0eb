namespace DiffusionSharp.Cli.Session;

/// <summary>Ctrl-C ended the work; the message says what was kept and how to go on.</summary>
internal sealed class StoppedException(string message) : Exception(message);
