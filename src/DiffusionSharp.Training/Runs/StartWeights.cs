using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Runs;

/// <summary>The weights of another model that a run begins with, kept in its folder: until the first checkpoint a resume begins with them again.</summary>
internal static class StartWeights
{
    private const string FormatKey = "format", Format = "diffusionsharp.start";

    /// <summary>Begins a loop with the weights of a model.</summary>
    /// <exception cref="ArgumentException">The model's network is another, or its weights are no numbers.</exception>
    public static void Take(TrainedModel from, TrainingLoop loop)
    {
        var (theirs, ours) = (from.Weights.Layout, loop.Weights.Layout);
        foreach (var entry in ours.Entries)
        {
            if (!theirs.Contains(entry.Name)) throw Another($"the parameter '{entry.Name}' is missing there");
            if (theirs[entry.Name].Shape != entry.Shape)
                throw Another($"the parameter '{entry.Name}' has shape {theirs[entry.Name].Shape} there and {entry.Shape} here");
        }

        if (theirs.Entries.FirstOrDefault(e => !ours.Contains(e.Name)) is { } extra) throw Another($"the parameter '{extra.Name}' is there and not here");
        if (from.Weights.FirstNonFinite() is { } bad)
            throw new ArgumentException($"from: its parameter '{bad}' holds a value that is not a finite number; start from another model.");
        var values = from.Weights.Export().ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
        loop.BeginWith(name => values[name]);
    }

    /// <summary>Writes the weights that a loop begins with.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(RunFolder folder, ParameterBuffer weights) =>
        SafetensorsFile.Write(folder.StartFile, weights.Export(), new Dictionary<string, string> { [FormatKey] = Format });

    /// <summary>Begins a loop with what <see cref="Write"/> wrote.</summary>
    /// <exception cref="DataException">The file is missing or damaged.</exception>
    public static void Read(RunFolder folder, TrainingLoop loop)
    {
        WeightsFile.Read(folder.StartFile, "", loop.Weights);
        loop.BeginAverages();
    }

    /// <summary>Whether a file was written here, by a start that ended before its configuration was written.</summary>
    public static bool IsLeftOver(RunFolder folder, string path)
    {
        if (path == folder.StartFile + ".tmp") return true;
        if (path != folder.StartFile) return false;
        try
        {
            using var file = SafetensorsFile.Open(path);
            return file.Metadata.GetValueOrDefault(FormatKey) == Format;
        }
        catch (DataException)
        {
            return false;
        }
    }

    private static ArgumentException Another(string difference) => new($"from: its network is another: {difference}; start from a model of the same network.");
}
