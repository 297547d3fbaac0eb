namespace DiffusionSharp.Cli.Session;

/// <summary>Options that do not fit each other or what they are used on; the message is one line with the mend.</summary>
internal sealed class UsageException(string message) : Exception(message);
