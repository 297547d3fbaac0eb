namespace DiffusionSharp.Cli.Inspection;

/// <summary>What is shown of a model beside the summary.</summary>
/// <param name="Layers">A row for each layer.</param>
/// <param name="Schedule">A row for each of a few levels of noise.</param>
internal readonly record struct InspectedParts(bool Layers, bool Schedule)
{
    /// <summary>Whether anything is.</summary>
    public bool Any => Layers || Schedule;
}
