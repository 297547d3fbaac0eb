using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;

namespace DiffusionSharp.Training.Models;

/// <summary>Safetensors files that hold the parameters of a network.</summary>
internal static class WeightsFile
{
    /// <summary>Reads every parameter of a file's network.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="prefix">What stands before the parameters' names in it.</param>
    /// <param name="buffer">Where to.</param>
    /// <exception cref="DataException">The file is damaged, or belongs to another network.</exception>
    public static void Read(string path, string prefix, ParameterBuffer buffer)
    {
        using var file = SafetensorsFile.Open(path);
        CheckLayout(path, file, prefix, buffer.Layout);
        buffer.Import(name => file.Read(prefix + name));

        // None is written: a checkpoint of values that are not numbers is refused when it is made.
        if (buffer.FirstNonFinite() is { } bad)
            throw new DataException(
                $"{path}: the checkpoint is damaged: '{prefix}{bad}' holds a value that is not a finite number; take an earlier checkpoint.");
    }

    /// <summary>Checks that a file holds every parameter of a network in its shape.</summary>
    /// <exception cref="DataException">It does not.</exception>
    public static void CheckLayout(string path, SafetensorsFile file, string prefix, ParameterLayout layout)
    {
        foreach (var entry in layout.Entries)
        {
            var name = prefix + entry.Name;
            if (!file.Contains(name)) throw new DataException($"{path}: the parameter '{name}' is missing; the file belongs to another network.");
            if (file.Entry(name).Shape != entry.Shape)
                throw new DataException(
                    $"{path}: the parameter '{name}' has shape {file.Entry(name).Shape}, the network's is {entry.Shape}; the file belongs to another network.");
        }
    }
}
