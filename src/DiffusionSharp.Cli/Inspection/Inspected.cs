using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Programs;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>What there is to say about a path: for a person, or for a program.</summary>
internal abstract class Inspected
{
    /// <summary>Looks at what a path names.</summary>
    /// <exception cref="DataException">It is missing or damaged.</exception>
    /// <exception cref="UsageException">It is of no kind that is known.</exception>
    public static Inspected At(string path, InspectedParts more)
    {
        var found = Of(path, more);
        if (!more.Any || found is InspectedModel) return found;
        throw new UsageException($"inspect: --layers and --schedule are of a run, a checkpoint or a model, {path} is none; leave them out.");
    }

    private static Inspected Of(string path, InspectedParts more)
    {
        if (DataSource.BuiltIn.ContainsKey(path)) return new InspectedSource(path);
        if (Directory.Exists(path))
        {
            if (new RunFolder(path).Exists) return InspectedModel.OfRun(path, more);
            return File.Exists(Path.Combine(path, "state.json")) ? InspectedModel.OfCheckpoint(path, more) : new InspectedSource(path);
        }

        if (!File.Exists(path)) throw new UsageException($"{path}: there is no such file or folder, and no built-in source of this name{Meant(path)}");
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".safetensors" => TrainedModel.IsFile(path) ? InspectedModel.OfFile(path, more) : new InspectedWeights(path),
            ".npy" => new InspectedArray(path),
            ".png" or ".jpg" or ".jpeg" => new InspectedPicture(path),
            _ => throw new UsageException($"{path}: a run, a checkpoint, a folder of data, or a file ending in .safetensors, .npy, .png or .jpg is expected."),
        };
    }

    private static string Meant(string path)
    {
        if (NamedNetwork.Names.FirstOrDefault(n => string.Equals(n, path, StringComparison.OrdinalIgnoreCase)) is { } network)
            return $"; the network of '{network}' is shown with --plan.";
        return SourceName.Meant(path) is { } source ? $"; did you mean '{source}'?" : ".";
    }

    /// <summary>In words and tables.</summary>
    public abstract void Write(TextWriter output);

    /// <summary>As the members of one object.</summary>
    public abstract IReadOnlyList<(string Key, object? Value)> Members();
}
