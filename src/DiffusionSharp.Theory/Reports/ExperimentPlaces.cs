using System.Globalization;
using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Reports;

/// <summary>Where an experiment's code and its page stand in the repository.</summary>
public static class ExperimentPlaces
{
    /// <summary>The file of its code, from the root of the repository.</summary>
    /// <param name="experiment">One of the library's own; of another it is where the file would be.</param>
    public static string Code(Experiment experiment) => $"src/DiffusionSharp.Theory/Experiments/{experiment.GetType().Name}.cs";

    /// <summary>The page of the course that derives it, from the root of the repository; null for an experiment that the catalog does not hold.</summary>
    /// <param name="experiment">The experiment, known by its name.</param>
    public static string? Page(Experiment experiment)
    {
        foreach (var (index, known) in ExperimentCatalog.All.Index())
            if (known.Name == experiment.Name) return string.Create(CultureInfo.InvariantCulture, $"docs/theory/{index + 1:00}-{experiment.Name}.md");
        return null;
    }
}
