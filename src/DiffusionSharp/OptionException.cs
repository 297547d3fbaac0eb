using System.Text.RegularExpressions;

namespace DiffusionSharp;

/// <summary>Options that do not fit each other, the model or the data; the message is one line with the mend.</summary>
/// <remarks>
/// Options are written {Name} or {Name=value} in what it is made from: a program reads the property's name, "Name = value", the command line
/// writes its own in their place, "--name value" (<see cref="Worded"/>), so that one message serves both.
/// </remarks>
public sealed partial class OptionException : ArgumentException
{
    private readonly string template;

    /// <summary>Makes the error.</summary>
    /// <param name="message">One line; options as {Name} or {Name=value}, the first of them the one at fault.</param>
    public OptionException(string message)
        : base(Render(message, name => name, " = ")) => template = message;

    /// <summary>The message with options called as the caller calls them.</summary>
    /// <param name="word">From a property's name to the caller's word, such as <c>Steps</c> to <c>--steps</c>.</param>
    public string Worded(Func<string, string> word) => Render(template, word, " ");

    private static string Render(string text, Func<string, string> word, string between) =>
        OptionName().Replace(text, match => word(match.Groups[1].Value) + (match.Groups[2].Success ? between + match.Groups[2].Value : ""));

    [GeneratedRegex(@"\{([A-Z][A-Za-z]+)(?:=([^{}]+))?\}")]
    private static partial Regex OptionName();
}
