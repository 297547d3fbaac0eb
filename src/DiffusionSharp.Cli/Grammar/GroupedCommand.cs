using System.CommandLine;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>A command whose options stand in groups of its help.</summary>
internal sealed class GroupedCommand(string name, string description) : Command(name, description)
{
    private readonly List<(string Title, IReadOnlyList<Option> Options)> groups = [];

    /// <summary>The groups in the order of the help.</summary>
    public IReadOnlyList<(string Title, IReadOnlyList<Option> Options)> Groups => groups;

    /// <summary>Adds options under a title.</summary>
    public GroupedCommand With(string title, params IReadOnlyList<Option> options)
    {
        groups.Add((title, options));
        foreach (var option in options) Options.Add(option);
        return this;
    }
}
