namespace DiffusionSharp;

/// <summary>Data from outside is missing, malformed or not what was asked for.</summary>
/// <param name="message">One line for the user: what was expected, what came, where, and the mend; its first 1000 characters are kept.</param>
public sealed class DataException(string message) : Exception(DataException.OneLine(message))
{
    private const int Longest = 1000;

    // A message quotes names out of hostile files: no control character of theirs reaches a terminal, and no name floods it.
    private static string OneLine(string message)
    {
        if (message.Length > Longest) message = string.Concat(message.AsSpan(0, Longest), "…");
        return message.Any(char.IsControl) ? string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c)) : message;
    }
}
